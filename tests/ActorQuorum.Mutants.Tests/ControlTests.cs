namespace ActorQuorum.Mutants.Tests;

/// <summary>What is compiled here without a bug shows none: so it is the bugs that are found, not the way they are brought in.</summary>
public class ControlTests
{
    private const int Seeds = 6;

    [Theory]
    [InlineData("src/ActorQuorum.Core/Raft/RaftCore.cs")]
    [InlineData("src/ActorQuorum/Storage/LogRecovery.cs")]
    public void The_unmutated_sources_pass(string file)
    {
        var cluster = new MutatedCluster(new("none", new Edit(file, "namespace ActorQuorum.", "namespace ActorQuorum.")));
        var finding = cluster.FindBug(Seeds);
        finding.ShouldBeNull();
    }

    [Fact]
    public void An_edit_that_does_not_fit_any_more_is_refused()
    {
        var gone = new Mutant("gone", new Edit("src/ActorQuorum.Core/Raft/RaftCore.cs", "this stands nowhere", ""));
        Should.Throw<ShouldAssertException>(() => new MutatedCluster(gone)).Message.ShouldContain("bring the edit up to date");
    }

    [Fact]
    public void An_edit_that_fits_twice_is_refused()
    {
        var twice = new Mutant("twice", new Edit("src/ActorQuorum.Core/Raft/RaftCore.cs", "private readonly", "private"));
        Should.Throw<ShouldAssertException>(() => new MutatedCluster(twice)).Message.ShouldContain("not once");
    }
}
