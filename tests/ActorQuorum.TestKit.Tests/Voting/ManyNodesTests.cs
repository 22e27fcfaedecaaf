using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.TestKit.Tests.Voting;

/// <summary>A hundred nodes: one master, and messages that grow no faster than the number of nodes.</summary>
[Trait("Row", "QC-13")]
public sealed class ManyNodesTests
{
    private const int BeatsASecond = 5;

    [Fact]
    public void A_hundred_nodes_have_one_master_and_each_sends_one_message_a_peer_and_heartbeat()
    {
        var cluster = Agreed(100);
        var rate = MessagesASecondAndNode(cluster, 1);

        // One beat to each of the 99 others each 200 ms; an answer to the master stands for the next beat.
        rate.ShouldBeLessThan(1.1 * BeatsASecond * 99);
        rate.ShouldBeGreaterThan(0.8 * BeatsASecond * 99);
    }

    [Fact]
    public void Messages_grow_no_faster_than_the_number_of_nodes()
    {
        var (ten, forty) = (MessagesASecondAndNode(Agreed(10), 5), MessagesASecondAndNode(Agreed(40), 5));
        (forty / ten).ShouldBeLessThan(40.0 / 10 * 1.1);
    }

    private static VotingCluster Agreed(int nodes)
    {
        var cluster = new VotingCluster(seed: 3);
        for (var i = 0; i < nodes; i++) cluster.Start($"n{i:00}");
        for (var looks = 0; looks < 40 && !cluster.IsAgreed(); looks++) cluster.RunFor(0.25);
        return cluster;
    }

    private static double MessagesASecondAndNode(VotingCluster cluster, int seconds)
    {
        var before = cluster.Network.SentBy.Values.Sum();
        cluster.RunFor(seconds);
        cluster.IsAgreed().ShouldBeTrue(cluster.Describe());
        return (cluster.Network.SentBy.Values.Sum() - before) / (double)cluster.Running.Count() / seconds;
    }
}
