using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.Configuration;
using ActorQuorum.Server.Debug;
using ActorQuorum.Server.Debug.Wire;
using ActorQuorum.Server.Solo;
using ActorQuorum.Server.Solo.Wire;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Offline;

/// <summary>The node that holds the data directory: it runs, so it is asked at its client address to do itself what is done to a stopped one.</summary>
internal sealed class RunningNode : IDisposable
{
    /// <summary>Handing over takes up to a second; the rest depends on how much log and snapshot are to be written anew.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(10);

    private readonly Endpoint _endpoint;
    private readonly IdentityFile _identity;
    private readonly DataDirectoryException _inUse;

    /// <param name="options">The node's settings.</param>
    /// <param name="inUse">What was found when its data directory was opened.</param>
    public RunningNode(NodeOptions options, DataDirectoryException inUse)
    {
        // Read without the lock: the file is only ever replaced whole.
        _identity = IdentityFile.Read(new LocalFileSystem(), options.DataDirectory);
        _endpoint = new(options.Members.Single(member => member.Name == options.Name).Client);
        _inUse = inUse;
    }

    /// <summary>What the node holds.</summary>
    /// <exception cref="CommandFailedException">It does not answer, or another one does.</exception>
    public async Task<DumpResponse> LookAsync()
    {
        var seen = await CallAsync(() => _endpoint.CallAsync(DebugService.DumpPath, new DumpRequest(), DumpResponse.Parser, LookPatience, default));
        return seen.Header.MemberId == _identity.Member.Value && seen.Header.ClusterId == _identity.ClusterId
            ? seen
            : throw new CommandFailedException(ExitCode.Failed, string.Create(
                CultureInfo.InvariantCulture,
                $"{_inUse.Message} At its client address {_endpoint.Address} answers another node, {seen.Name} of cluster {seen.Header.ClusterId:x16}; nothing was changed."));
    }

    /// <summary>The node leaves its cluster and goes on alone.</summary>
    /// <exception cref="CommandFailedException">It refuses, or its answer is lost.</exception>
    public Task<SoloResponse> GoAloneAsync() => BeginAnewAsync(SoloService.GoAlonePath);

    /// <summary>The node forgets everything.</summary>
    /// <exception cref="CommandFailedException">It refuses, or its answer is lost.</exception>
    public Task<SoloResponse> ResetAsync() => BeginAnewAsync(SoloService.ResetPath);

    /// <inheritdoc/>
    public void Dispose() => _endpoint.Dispose();

    private Task<SoloResponse> BeginAnewAsync(string method) => CallAsync(() => _endpoint.CallAsync(
        method, new SoloRequest { ClusterId = _identity.ClusterId, MemberId = _identity.Member.Value }, SoloResponse.Parser, Patience, default));

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (CallFailedException e) when (e.Failure == CallFailure.NotSent)
        {
            throw new CommandFailedException(
                ExitCode.Failed, $"{_inUse.Message} At its client address {_endpoint.Address} no node answers: {e.Message}. Nothing was changed.", e);
        }
        catch (CallFailedException e) when (e.Failure is CallFailure.AnswerLost or CallFailure.Unavailable)
        {
            throw new CommandFailedException(
                ExitCode.OutcomeUnknown, $"outcome unknown: {_endpoint.Address}: {e.Message}. Look at the node's log, or with `actorquorum status`, at what it is by now.", e);
        }
        catch (CallFailedException e)
        {
            throw new CommandFailedException(ExitCode.Failed, $"{_endpoint.Address}: {e.Message}", e);
        }
    }
}
