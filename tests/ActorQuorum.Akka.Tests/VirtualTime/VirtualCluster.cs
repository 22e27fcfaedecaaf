using ActorQuorum.Configuration;

namespace ActorQuorum.Akka.Tests.VirtualTime;

/// <summary>Nodes on the Akka host, on one thread and in virtual time.</summary>
internal sealed class VirtualCluster : IDisposable
{
    /// <summary>One long advance of a TestScheduler rings a periodic timer once, however many periods it spans: so time moves in small steps.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    public VirtualCluster(int count, ulong seed = 1)
    {
        MemberOptions[] members = [.. Enumerable.Range(1, count).Select(i => new MemberOptions($"n{i}", $"n{i}:1", $"n{i}:2"))];
        Nodes = [.. members.Select((member, i) => new VirtualNode(
            new() { Name = member.Name, DataDirectory = "", ClusterName = "virtual", Members = members, Storage = StorageKind.Memory },
            Network, (seed << 8) + (ulong)i + 1))];
    }

    public VirtualNetwork Network { get; } = new();

    public IReadOnlyList<VirtualNode> Nodes { get; }

    public TimeSpan Now { get; private set; }

    public VirtualNode Leader => Nodes.Where(node => node.Leads).MaxBy(node => node.Core.Term).ShouldNotBeNull();

    /// <summary>Lets time pass until a condition holds, or fails the test.</summary>
    public void Until(Func<bool> condition, TimeSpan within)
    {
        var deadline = Now + within;
        Network.Deliver();
        while (!condition())
        {
            Now.ShouldBeLessThan(deadline);
            foreach (var node in Nodes) node.Advance(Step);
            Now += Step;
            Network.Deliver();
        }
    }

    public void Run(TimeSpan duration)
    {
        var end = Now + duration;
        Until(() => Now >= end, duration + Step);
    }

    public VirtualNode Elect()
    {
        Until(() => Nodes.Any(node => node.Leads) && Nodes.All(node => node.Core.Leader == Leader.Id), TimeSpan.FromSeconds(10));
        return Leader;
    }

    public void Isolate(VirtualNode alone)
    {
        foreach (var other in Nodes.Where(node => node != alone)) Network.Cut(alone.Id, other.Id);
    }

    public void Dispose()
    {
        foreach (var node in Nodes) node.Dispose();
    }
}
