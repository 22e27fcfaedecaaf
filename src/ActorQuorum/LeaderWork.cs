namespace ActorQuorum;

/// <summary>Work that is done while a node leads: once a term, one at a time.</summary>
internal static class LeaderWork
{
    /// <summary>Begins and ends the work as the parts come; ends with them, or with work that failed.</summary>
    public static async Task RunAsync(
        Func<CancellationToken, IAsyncEnumerable<NodeRole>> parts, Func<NodeRole, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Shift? shift = null;
        long term = 0;
        try
        {
            await foreach (var part in parts(ended.Token).ConfigureAwait(false))
            {
                if (part.IsLeader && part.Term == term) continue;

                // Let go of first: if it fails as it ends it is not ended a second time below.
                var ending = shift;
                shift = null;
                await EndAsync(ending).ConfigureAwait(false);
                (shift, term) = part.IsLeader ? (new Shift(part, work, ended), part.Term) : (null, term);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Whoever asked for the work wants it no more, or it failed, which its end tells.
        }
        finally
        {
            await EndAsync(shift).ConfigureAwait(false);
        }
    }

    private static async Task EndAsync(Shift? shift)
    {
        if (shift is null) return;
        using (shift) await shift.EndAsync().ConfigureAwait(false);
    }

    /// <summary>The work of one term.</summary>
    private sealed class Shift : IDisposable
    {
        private readonly CancellationTokenSource _leading = new();
        private readonly Task _working;

        public Shift(NodeRole part, Func<NodeRole, CancellationToken, Task> work, CancellationTokenSource failed) =>
            _working = Task.Run(() => WorkAsync(part, work, failed));

        public async Task EndAsync()
        {
            await _leading.CancelAsync().ConfigureAwait(false);
            await _working.ConfigureAwait(false);
        }

        public void Dispose() => _leading.Dispose();

        private async Task WorkAsync(NodeRole part, Func<NodeRole, CancellationToken, Task> work, CancellationTokenSource failed)
        {
            try
            {
                await work(part, _leading.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_leading.IsCancellationRequested)
            {
                // It was told to end.
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
