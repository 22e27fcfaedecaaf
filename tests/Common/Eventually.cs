using System.Diagnostics;

namespace ActorQuorum.Tests.Common;

/// <summary>Waits for what another thread will do: looks again and again, with a deadline only a broken program meets.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task ShouldBeAsync(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            clock.Elapsed.ShouldBeLessThan(Deadline, $"It did not come about that {what}.");
            await look.WaitForNextTickAsync();
        }
    }

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Deadline);

    public static Task InTime(this Task task) => task.WaitAsync(Deadline);
}
