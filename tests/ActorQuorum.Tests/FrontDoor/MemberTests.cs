using ActorQuorum.Core.Raft;

namespace ActorQuorum.Tests.FrontDoor;

/// <summary>A program that grows and shrinks its cluster.</summary>
[Trait("Row", "CO-3")]
public sealed class MemberTests
{
    [Fact]
    public async Task Two_members_are_attached_in_one_change_vote_once_they_have_caught_up_and_are_detached()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var asked = cluster["n1"];
        await asked.Store.PutAsync("before", "1").InTime();

        var members = await asked.AttachAsync([new("n4", "n4:1", "n4:2"), new("n5", "n5:1", "n5:2")]).InTime();

        members.Select(member => (member.Name, member.IsLearner)).ShouldBe([("n1", false), ("n2", false), ("n3", false), ("n4", true), ("n5", true)]);
        foreach (var name in new[] { "n4", "n5" }) await cluster.JoinAsync(name, asked, members);
        await Eventually.ShouldBeAsync(() => cluster.Nodes.All(node => node.Members.Count == 5 && node.Members.All(member => !member.IsLearner)), "all vote");
        (await cluster["n5"].Store.GetAsync("before").InTime())!.Value.ToString().ShouldBe("1");

        var leader = await cluster.LeaderAsync();
        MemberId[] gone = [.. cluster.Nodes.Where(node => node != leader).Take(2).Select(node => node.Status.Self.Id)];
        (await leader.DetachAsync(gone).InTime()).Count.ShouldBe(3);
        await leader.Store.PutAsync("after", "2").InTime();
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public async Task A_member_that_was_detached_says_that_it_is_none()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var gone = cluster.Nodes.First(node => node != leader);
        await leader.DetachAsync([gone.Status.Self.Id]).InTime();
        await Eventually.ShouldBeAsync(() => gone.Members.Count == 2, "it has heard of it");
        (await Should.ThrowAsync<QuorumException>(() => gone.Store.PutAsync("k", "v").InTime())).Error.ShouldBe(QuorumError.NotAMember);
    }

    [Fact]
    public async Task A_learner_follows_without_a_vote_until_it_is_promoted()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var founder = cluster["n1"];
        await founder.Store.PutAsync("k", "v").InTime();
        var members = await founder.AttachLearnersAsync([new("n4", "n4:1")]).InTime();
        var learner = members.Single(member => member.Name == "n4");
        learner.IsLearner.ShouldBeTrue();
        (await Should.ThrowAsync<QuorumException>(() => founder.PromoteAsync([learner.Id]))).Error.ShouldBe(QuorumError.LearnerBehind);

        var joined = await cluster.JoinAsync("n4", founder, members);
        await Eventually.ShouldBeAsync(() => joined.Status.AppliedIndex >= founder.Status.AppliedIndex && joined.Leader is not null, "it has caught up");
        (await joined.Store.GetAsync("k", Consistency.Serializable).InTime())!.Value.ToString().ShouldBe("v");
        founder.Members.Single(member => member.Name == "n4").IsLearner.ShouldBeTrue();

        await EventuallyDoneAsync(() => joined.PromoteAsync([learner.Id]), QuorumError.LearnerBehind, QuorumError.ChangeInProgress);
        founder.Members.ShouldAllBe(member => !member.IsLearner);
        (await Should.ThrowAsync<QuorumException>(() => founder.PromoteAsync([learner.Id]).InTime())).Error.ShouldBe(QuorumError.NotALearner);
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public async Task What_the_members_do_not_allow_is_refused_and_changes_nothing()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var founder = cluster["n1"];
        await cluster.LeaderAsync();
        await founder.AttachLearnersAsync([new("n4", "n4:1")]).InTime();
        var before = founder.Members;

        await RefusedAsync(QuorumError.AlreadyAMember, () => founder.AttachAsync([new("n4", "elsewhere:1")]));
        await RefusedAsync(QuorumError.AlreadyAMember, () => founder.AttachAsync([new("n5", "n4:1")]));
        await RefusedAsync(QuorumError.AlreadyAMember, () => founder.AttachAsync([new("n5", "n5:1"), new("n6", "n5:1")]));
        await RefusedAsync(QuorumError.NoSuchMember, () => founder.DetachAsync([new MemberId(5)]));
        await RefusedAsync(QuorumError.NoSuchMember, () => founder.DetachAsync([]));
        await RefusedAsync(QuorumError.NoSuchMember, () => founder.PromoteAsync([new MemberId(5)]));
        await RefusedAsync(QuorumError.TooFewVoters, () => founder.DetachAsync([founder.Status.Self.Id]));
        foreach (var many in new[] { 63, 70 })
            await RefusedAsync(QuorumError.TooManyMembers, () => founder.AttachLearnersAsync([.. Enumerable.Range(10, many).Select(i => new NewMember($"n{i}", $"n{i}:1"))]));
        var tooLong = $"n5:{new string('0', 255)}1";
        await RefusedAsync(QuorumError.Refused, () => founder.AttachAsync([new("n5", tooLong)]));
        await RefusedAsync(QuorumError.Refused, () => founder.UpdateAsync(founder.Status.Self.Id, new("", "", tooLong)));
        await RefusedAsync(QuorumError.NoSuchMember, () => founder.DetachAsync([.. Enumerable.Range(10, 70).Select(i => new MemberId((ulong)i))]));
        foreach (var bad in new NewMember[] { new("no name", "a:1"), new("n5", "nowhere"), new("n5", ""), new("n5", "a:1", "b:0") })
            await Should.ThrowAsync<ArgumentException>(() => founder.AttachAsync([bad]));

        founder.Members.ShouldBe(before);
        await founder.Store.PutAsync("after", "1").InTime();
    }

    [Fact]
    public async Task A_member_moves_and_only_what_is_named_changes()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var id = cluster["n3"].Status.Self.Id;
        var members = await cluster["n1"].UpdateAsync(id, new("", "", "elsewhere:2")).InTime();
        members.Single(member => member.Id == id).ShouldBe(new MemberInfo(id, "n3", "n3:1", "elsewhere:2"));
    }

    [Fact]
    public async Task No_member_is_given_the_name_of_another()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var id = cluster["n3"].Status.Self.Id;
        await RefusedAsync(QuorumError.AlreadyAMember, () => cluster["n1"].UpdateAsync(id, new("n2", "")));
    }

    [Theory]
    [InlineData(-1d)]
    [InlineData(400d * 24 * 3600)]
    public async Task A_patience_that_can_be_none_is_refused_as_such(double seconds)
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        await cluster.LeaderAsync();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => cluster["n1"].AttachAsync([new("n4", "n4:1")], TimeSpan.FromSeconds(seconds)).InTime());
    }

    private static async Task RefusedAsync(QuorumError error, Func<Task> change) =>
        (await Should.ThrowAsync<QuorumException>(() => change().InTime())).Error.ShouldBe(error);

    /// <summary>Asks again while the answer is one of these: the binding of a newcomer is a change of the members too, for a moment.</summary>
    private static async Task EventuallyDoneAsync(Func<Task> work, params QuorumError[] notYet)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (QuorumException e) when (notYet.Contains(e.Error))
            {
                await pace.WaitForNextTickAsync(deadline.Token);
            }
        }
    }
}
