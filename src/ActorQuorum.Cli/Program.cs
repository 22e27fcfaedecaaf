using ActorQuorum.Cli;

return await CommandLine.RunAsync(args);
