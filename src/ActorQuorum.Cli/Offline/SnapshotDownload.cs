using ActorQuorum.Cli.Client;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Cli.Offline;

/// <summary>Fetches a snapshot from the first node that gives one: written aside, flushed, checked, and only then put under its name.</summary>
internal static class SnapshotDownload
{
    private const string Method = "/etcdserverpb.Maintenance/Snapshot";

    /// <exception cref="CommandFailedException">No node gave one.</exception>
    public static async Task SaveAsync(IReadOnlyList<Endpoint> endpoints, string path, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (var endpoint in endpoints)
        {
            try
            {
                await SaveAsync(endpoint, path, cancellationToken);
                return;
            }
            catch (CallFailedException e)
            {
                reasons.Add($"{endpoint.Address}: {e.Message}");
            }
        }

        throw new CommandFailedException(ExitCode.NoQuorum, $"no node gave a snapshot: {string.Join("; ", reasons)}.");
    }

    private static async Task SaveAsync(Endpoint endpoint, string path, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        try
        {
            await using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                var left = ulong.MaxValue;
                await endpoint.StreamAsync(Method, new SnapshotRequest(), SnapshotResponse.Parser, async piece =>
                {
                    left = piece.RemainingBytes;
                    await file.WriteAsync(piece.Blob.Memory, cancellationToken);
                }, cancellationToken);
                if (left != 0) throw new CallFailedException(CallFailure.AnswerLost, "the snapshot broke off before its end");
                file.Flush(flushToDisk: true);
            }

            // A file under the name that was asked for is whole.
            _ = SnapshotContent.Of(part);
            File.Move(part, path);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
