using ActorQuorum.Cli.Client;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>Polls until something holds, with a deadline generous enough for a busy machine. A node that does not answer yet is asked again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Task HoldsAsync(string what, Func<Task<bool>> condition, Func<string>? describe = null) =>
        GivesAsync(what, async () => await condition() ? new object() : null, describe);

    public static Task HoldsAsync(string what, Func<bool> condition, Func<string>? describe = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), describe);

    public static async Task<T> GivesAsync<T>(string what, Func<Task<T?>> attempt, Func<string>? describe = null)
        where T : class
    {
        using var timer = new PeriodicTimer(Pause);
        using var deadline = new CancellationTokenSource(Patience);
        var unanswered = "";
        while (true)
        {
            try
            {
                if (await attempt() is { } found)
                    return found;
            }
            catch (CallFailedException e)
            {
                unanswered = $" Last no answer: {e.Message}.";
            }

            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.{unanswered} {describe?.Invoke()}");
            }
        }
    }
}
