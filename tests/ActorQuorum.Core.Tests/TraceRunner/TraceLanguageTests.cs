namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>A trace that cannot be read or run says so, with file and line; one that expects something else shows the difference.</summary>
[Trait("Row", "RP-6")]
public sealed class TraceLanguageTests
{
    private const string TwoNodes = "add-nodes 2\n----\n\n";

    [Theory]
    [InlineData("# Prose only.\n", 1, "no command stands in this trace")]
    [InlineData("", 1, "does not end in a line feed")]
    [InlineData("status\n----", 2, "does not end in a line feed")]
    [InlineData("# Prose.\r\nstatus\r\n", 1, "carriage return")]
    [InlineData("# Prose.\nstatus\n\n----\n", 2, "'status' is not followed by a line '----'")]
    [InlineData("# Prose.\nstatus\n", 2, "'status' is not followed by a line '----'")]
    [InlineData("# Prose.\n\n----\n(nothing)\n", 3, "'----' without a command")]
    [InlineData("status\n----\nline\n\nstray line\n\n", 5, "'stray line' is not followed")]
    public void A_file_that_does_not_parse_is_refused_with_its_line(string text, int line, string message)
    {
        var error = Should.Throw<TraceException>(() => TraceFile.Parse("a.txt", text));
        error.Message.ShouldStartWith($"a.txt:{line}: ");
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("status", "begin with 'add-nodes'")]
    [InlineData("add-nodes", "needs the number of nodes, or their names")]
    [InlineData("add-nodes 10", "'10' is no number from 0 to 9")]
    [InlineData("add-nodes 1 2", "'1' is no name")]
    [InlineData("add-nodes a a", "a node 'a' is there already")]
    [InlineData("add-nodes a_b c", "'a_b' is no name")]
    [InlineData("add-nodes 2 log=1:1", "'log=1:1' is no log such as")]
    [InlineData("add-nodes 2 log=(1:1", "parenthesis is not closed")]
    [InlineData("add-nodes 2 log=(1:1))", "parentheses do not match")]
    [InlineData("add-nodes 2 log=(1-1)", "'1-1' is no run of entries")]
    [InlineData("add-nodes 2 log=(2:1)", "'2:1' does not follow entry 0")]
    [InlineData("add-nodes 2 log=(1:1 3:1)", "'3:1' does not follow entry 1")]
    [InlineData("add-nodes 2 log=(1:0)", "begin at 1 and never fall")]
    [InlineData("add-nodes 2 log=(1:2 2:1)", "begin at 1 and never fall: '2:1'")]
    [InlineData("add-nodes 2 log=(1-9999:1)", "'9999' is no number from 0 to 1000")]
    [InlineData("add-nodes 2 log=(1:2) term=1", "term=1 is below the term 2")]
    [InlineData("add-nodes 2 log=(1:2) fresh", "a fresh node has an empty disk")]
    [InlineData("add-nodes 2 colour=red", "'2' is no name")]
    public void Nodes_that_cannot_be_are_refused(string command, string message) => Fails(command + "\n----\n", 1, message);

    [Theory]
    [InlineData("replay 1", "unknown command 'replay'; the commands are: acknowledge add-nodes attach campaign")]
    [InlineData("status 3", "no node is named '3'; there are: 1 2")]
    [InlineData("deliver from=9", "no node is named '9'")]
    [InlineData("drop kind=vote", "no message is of the kind 'vote'; the kinds are: request-pre-vote, request-vote")]
    [InlineData("deliver 1 2", "'deliver' does not know what to do with '1 2'")]
    [InlineData("status 1 2", "'status' does not know what to do with '2'")]
    [InlineData("campaign", "'campaign' needs a node")]
    [InlineData("propose 1", "'propose' needs a command")]
    [InlineData("tick", "'tick' needs a time")]
    [InlineData("tick 1 5", "'5' is no time such as 300ms or 2s")]
    [InlineData("tick 15ms", "time passes in ticks of 10ms")]
    [InlineData("tick 0ms", "time passes in ticks of 10ms")]
    [InlineData("tick 61s", "'61' is no number from 0 to 60")]
    [InlineData("tick -1s", "'-1' is no number")]
    [InlineData("disk 1 sometimes", "'disk' needs 'auto' or 'manual'")]
    [InlineData("disk auto manual", "'disk' needs 'auto' or 'manual'")]
    [InlineData("write 1", "the disk of 1 has nothing to do")]
    [InlineData("acknowledge 1", "nothing that the disk of 1 wrote is unknown to it")]
    [InlineData("send-heartbeat 1", "1 does not lead")]
    [InlineData("restart 1", "1 is up; 'crash 1' first")]
    [InlineData("wipe 1", "1 is up; 'crash 1' first")]
    [InlineData("solo 1", "1 is up; 'crash 1' first")]
    [InlineData("reset 1", "1 is up; 'crash 1' first")]
    [InlineData("join 3", "no node is named '3'; 'attach' or 'learn' it first")]
    [InlineData("join 1", "1 has run before")]
    [InlineData("attach 1 a_b", "'a_b' is no name")]
    [InlineData("detach 1 3", "no node is named '3'")]
    [InlineData("promote 1", "'promote' needs a node")]
    [InlineData("take-snapshot 1", "1 has applied nothing behind its snapshot")]
    [InlineData("add-nodes 1", "added before the first other command")]
    public void A_command_that_cannot_be_carried_out_is_refused(string command, string message) =>
        Fails($"{TwoNodes}# Starts the cluster.\nheal\n----\n\n{command}\n----\n", 8, message);

    [Theory]
    [InlineData("campaign 1")]
    [InlineData("propose 1 x")]
    [InlineData("read 1")]
    [InlineData("hand-over 1")]
    [InlineData("persist 1")]
    [InlineData("write 1")]
    [InlineData("crash 1")]
    [InlineData("send-heartbeat 1")]
    [InlineData("learn 1 3")]
    [InlineData("take-snapshot 1")]
    public void A_node_that_is_down_does_nothing(string command) =>
        Fails($"{TwoNodes}crash 1\n----\n\n{command}\n----\n", 7, "1 is down; 'restart 1' first");

    [Fact]
    [Trait("Row", "CO-4")]
    public void Who_holds_nothing_cannot_go_alone() =>
        Fails($"{TwoNodes}crash 1\n----\n\nsolo 1\n----\n", 7, "1 holds no entry: there is nothing to go on with");

    [Fact]
    public void A_leader_has_no_election_deadline() =>
        Fails("add-nodes 1\n----\n\ncampaign 1\n----\n\ncampaign 1\n----\n", 7, "1 leads: it has no election deadline");

    [Fact]
    public void Other_output_is_shown_line_by_line()
    {
        const string output = "1 holds term=0 log=()\n2 holds term=9 log=()\n3 holds term=0 log=()\ngone\n";
        var trace = TraceFile.Parse("a.txt", $"# Prose.\nadd-nodes 3\n----\n{output}\nheal\n----\n(nothing)\n");
        trace.Differences(trace.Run()).ShouldBe(
            """
            a.txt:2: add-nodes 3
                1 holds term=0 log=()
              - 2 holds term=9 log=()
              + 2 holds term=0 log=()
                3 holds term=0 log=()
              - gone

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Rewriting_replaces_output_and_keeps_all_else()
    {
        const string text = "# Prose.\n\n\nadd-nodes 1\n----\nwrong\nwrong too\n\n# More.\n\nheal\n----\n\n\n# The end.\n";
        var trace = TraceFile.Parse("a.txt", text);
        var rewritten = trace.WithOutput(trace.Run());
        rewritten.ShouldBe("# Prose.\n\n\nadd-nodes 1\n----\n1 holds term=0 log=()\n\n# More.\n\nheal\n----\n(nothing)\n\n\n# The end.\n");
        var again = TraceFile.Parse("a.txt", rewritten);
        again.Differences(again.Run()).ShouldBeNull();
    }

    [Fact]
    public void Two_runs_print_the_same()
    {
        var trace = TraceFile.Parse("a.txt", "add-nodes 5\n----\n\nrun 5s\n----\n\nstatus\n----\n");
        trace.Run().ShouldBe(trace.Run());
    }

    [Fact]
    public void A_quiet_command_prints_headlines_only()
    {
        var trace = TraceFile.Parse("a.txt", "add-nodes 1\n----\n\ncampaign 1 quiet\n----\n");
        trace.Run()[1].ShouldBe([
            "1 becomes pre-candidate in term 0: no leader heard",
            "1 becomes candidate in term 1: pre-votes of 1",
            "1 becomes leader of term 1: votes of 1",
            "1 commits up to 1:1",
            "1 applies 1:1(founders)",
        ]);
    }

    [Fact]
    public void Disks_that_work_by_themselves_again_finish_their_work()
    {
        var trace = TraceFile.Parse("a.txt", "add-nodes 1\n----\n\ndisk manual\n----\n\ncampaign 1\n----\n\ndisk auto\n----\n");
        var outputs = trace.Run();
        outputs[2].ShouldContain("  hands disk #1: term=1 vote=1");
        outputs[3].ShouldContain("  becomes leader of term 1: votes of 1");
    }

    private static void Fails(string text, int line, string message)
    {
        var error = Should.Throw<TraceException>(() => TraceFile.Parse("a.txt", text).Run());
        error.Message.ShouldStartWith($"a.txt:{line}: ");
        error.Message.ShouldContain(message);
    }
}
