using System.CommandLine;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Cli.Keys;

/// <summary>The words of <c>put</c>, on the command line and within a transaction.</summary>
internal sealed class PutSyntax
{
    private const string StandardInput = "-";

    private readonly Argument<string> _key = new("KEY") { Description = "The key." };
    private readonly Argument<string?> _value = new("VALUE")
    {
        Description = "Its new value (after -- if it begins with a dash).", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _file = new("--file") { Description = "The value is this file's content; - is standard input.", HelpName = "FILE" };
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Print the key and value that it replaces." };
    private readonly Option<bool> _ignoreValue = new("--ignore-value") { Description = "Keep the value: only the revision moves." };

    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_value);
        command.Add(_file);
        command.Add(_previous);
        command.Add(_ignoreValue);
    }

    public PutRequest Read(ParseResult parsed, Keyspace keys)
    {
        var (first, _) = keys.Range(parsed.GetRequiredValue(_key), null, isPrefix: false, isFromKey: false);
        var keepsValue = parsed.GetValue(_ignoreValue);
        return new()
        {
            Key = first,
            Value = Value(parsed.GetValue(_value), parsed.GetValue(_file), keepsValue),
            PrevKv = parsed.GetValue(_previous),
            IgnoreValue = keepsValue,
        };
    }

    private static ByteString Value(string? word, string? file, bool keepsValue) => (word, file, keepsValue) switch
    {
        ({ } text, null, false) => ByteString.CopyFromUtf8(text),
        (null, { } path, false) => Content(path),
        (null, null, true) => ByteString.Empty,
        (null, null, false) => throw new CommandFailedException(ExitCode.Usage, "put needs a VALUE, or --file with the name of a file (- for standard input)."),
        _ => throw new CommandFailedException(ExitCode.Usage, "give one of VALUE, --file and --ignore-value, not two."),
    };

    private static ByteString Content(string path)
    {
        try
        {
            using var stream = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
            return ByteString.FromStream(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"cannot read the value from {path}: {e.Message}", e);
        }
    }
}
