using System.Collections.Concurrent;
using ActorQuorum.Roles;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Roles;

/// <summary>Which script runs when; the running itself is a stand-in.</summary>
[Trait("Row", "QC-9")]
public sealed class RoleScriptsTests
{
    private readonly ConcurrentQueue<string> _begun = [];
    private readonly ConcurrentQueue<TaskCompletionSource> _running = [];
    private readonly RecordingLogger _log = new();
    private readonly RoleScripts _scripts;
    private bool _hangs;
    private int _atOnce;
    private int _mostAtOnce;

    public RoleScriptsTests() => _scripts = new("n1", new("up", "/up"), new("down", "/down"), RunAsync, _log);

    [Fact]
    public async Task A_node_that_begins_to_lead_runs_the_one_and_that_ceases_to_the_other()
    {
        await HearAll(Follower("n2", 1), Leader(2), Follower("n2", 3), Leader(4));
        _begun.ShouldBe(["down n2 1", "up n1 2", "down n2 3", "up n1 4"]);
    }

    [Fact]
    public async Task Another_leader_or_term_of_a_follower_is_no_change()
    {
        await HearAll(Follower("n2", 1), Follower("", 2), Follower("n3", 2), Follower("n3", 3));
        _begun.ShouldBe(["down n2 1"]);
    }

    [Fact]
    public async Task The_same_leadership_told_twice_is_no_change()
    {
        await HearAll(Leader(2), Leader(2));
        _begun.ShouldBe(["up n1 2"]);
    }

    [Fact]
    public async Task A_new_term_of_a_leader_is_a_new_leadership()
    {
        await HearAll(Leader(2), Leader(3));
        _begun.ShouldBe(["up n1 2", "up n1 3"]);
    }

    [Fact]
    public async Task A_fence_that_rises_while_the_same_node_leads_runs_nothing_and_is_the_one_at_the_stop()
    {
        await HearAll(Leader(2), Leader(3) with { BeganUnder = Fence.OfTerm(2) });
        _begun.ShouldBe(["up n1 2"]);
        await _scripts.StopAsync().InTime();
        _begun.ShouldBe(["up n1 2", "down  3"]);
    }

    [Fact]
    public async Task A_leadership_that_began_anew_while_a_script_ran_is_told_its_latest_fence()
    {
        _hangs = true;
        _scripts.Hear(Leader(1));
        await BegunAsync(1);
        _scripts.Hear(Follower("n2", 2));
        _scripts.Hear(Leader(3));
        _scripts.Hear(Leader(4) with { BeganUnder = Fence.OfTerm(3) });
        await EndAsync();
        await BegunAsync(2);
        await EndAsync();
        await _scripts.Idle.InTime();
        _begun.ShouldBe(["up n1 1", "up n1 4"]);
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("1 times more while a script ran");
    }

    [Fact]
    public async Task A_fresh_node_has_no_role_until_it_knows_a_leader()
    {
        await HearAll(Follower("", 0), Follower("", 1));
        _begun.ShouldBeEmpty();
        await HearAll(Follower("n3", 1));
        _begun.ShouldBe(["down n3 1"]);
    }

    [Fact]
    public async Task A_leader_that_ceases_while_no_other_is_known_has_its_script_run_at_once()
    {
        await HearAll(Leader(2), Follower("", 2), Follower("n2", 3));
        _begun.ShouldBe(["up n1 2", "down  2"]);
    }

    [Fact]
    public async Task One_runs_at_a_time_and_afterwards_only_what_holds_then()
    {
        _hangs = true;
        _scripts.Hear(Leader(1));
        await BegunAsync(1);
        foreach (var term in Enumerable.Range(2, 500))
        {
            _scripts.Hear(Follower("n2", term));
            _scripts.Hear(Leader(term));
        }

        _begun.Count.ShouldBe(1, "the one that runs is left alone");
        await EndAsync();
        await BegunAsync(2);
        await EndAsync();
        await _scripts.Idle.InTime();
        _begun.ShouldBe(["up n1 1", "up n1 501"]);
        _mostAtOnce.ShouldBe(1);
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("999 times more while a script ran");
    }

    [Fact]
    public async Task A_leadership_that_came_and_went_while_another_script_ran_runs_nothing()
    {
        _hangs = true;
        _scripts.Hear(Follower("n2", 1));
        await BegunAsync(1);
        _scripts.Hear(Leader(2));
        _scripts.Hear(Follower("n2", 3));
        await EndAsync();
        await _scripts.Idle.InTime();
        _begun.ShouldBe(["down n2 1"]);
    }

    [Fact]
    public async Task A_change_between_two_terms_is_not_hidden_by_what_was_passed_over()
    {
        _hangs = true;
        _scripts.Hear(Leader(1));
        await BegunAsync(1);
        _scripts.Hear(Follower("n2", 2));
        _scripts.Hear(Leader(3));
        _scripts.Hear(Follower("n2", 4));
        await EndAsync();
        await BegunAsync(2);
        _begun.ShouldBe(["up n1 1", "down n2 4"]);
        await EndAsync();
        await _scripts.Idle.InTime();
    }

    [Fact]
    public async Task A_node_that_stops_while_it_leads_runs_the_script_of_a_follower()
    {
        await HearAll(Leader(7));
        await _scripts.StopAsync().InTime();
        _begun.ShouldBe(["up n1 7", "down  7"]);
    }

    [Fact]
    public async Task A_node_that_stops_as_a_follower_runs_nothing_more()
    {
        await HearAll(Follower("n2", 7));
        await _scripts.StopAsync().InTime();
        _begun.ShouldBe(["down n2 7"]);
    }

    [Fact]
    public async Task What_waits_at_a_stop_is_dropped_and_what_runs_is_awaited()
    {
        _hangs = true;
        _scripts.Hear(Follower("n2", 1));
        await BegunAsync(1);
        _scripts.Hear(Leader(2));
        var stopped = _scripts.StopAsync();
        stopped.IsCompleted.ShouldBeFalse();
        await EndAsync();
        await stopped.InTime();
        _begun.ShouldBe(["down n2 1"]);
    }

    [Fact]
    public async Task After_a_stop_nothing_is_heard()
    {
        await _scripts.StopAsync().InTime();
        _scripts.Hear(Leader(3));
        await _scripts.StopAsync().InTime();
        _begun.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_that_fails_keeps_no_other_from_running()
    {
        var scripts = new RoleScripts("n1", new("up", "/up"), new("down", "/down"), (script, standing) =>
        {
            _begun.Enqueue(script.Name);
            throw new IOException("broken");
        }, _log);
        scripts.Hear(Leader(1));
        await scripts.Idle.InTime();
        scripts.Hear(Follower("n2", 2));
        await scripts.Idle.InTime();
        _begun.ShouldBe(["up", "down"]);
        _log.Errors.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Only_one_script_may_be_given()
    {
        var scripts = new RoleScripts("n1", new("up", "/up"), null, RunAsync, _log);
        scripts.Hear(Leader(1));
        await scripts.Idle.InTime();
        scripts.Hear(Follower("n2", 2));
        await scripts.Idle.InTime();
        scripts.Hear(Leader(3));
        await scripts.Idle.InTime();
        _begun.ShouldBe(["up n1 1", "up n1 3"]);
    }

    private static RoleStanding Leader(int term) => new(true, "n1", Fence.OfTerm(term));

    private static RoleStanding Follower(string leader, int term) => new(false, leader, Fence.OfTerm(term));

    private async Task HearAll(params RoleStanding[] standings)
    {
        foreach (var standing in standings)
        {
            _scripts.Hear(standing);
            await _scripts.Idle.InTime();
        }
    }

    private async Task RunAsync(RoleScript script, RoleStanding standing)
    {
        _mostAtOnce = Math.Max(_mostAtOnce, Interlocked.Increment(ref _atOnce));
        _begun.Enqueue($"{script.Name} {standing.Leader} {standing.Fence.Number}");
        if (_hangs)
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _running.Enqueue(end);
            await end.Task;
        }

        Interlocked.Decrement(ref _atOnce);
    }

    private Task BegunAsync(int count) => Eventually.ShouldBeAsync(() => _begun.Count == count, $"{count} scripts were begun");

    private async Task EndAsync()
    {
        await Eventually.ShouldBeAsync(() => !_running.IsEmpty, "a script runs");
        _running.TryDequeue(out var end).ShouldBeTrue();
        end!.SetResult();
    }
}
