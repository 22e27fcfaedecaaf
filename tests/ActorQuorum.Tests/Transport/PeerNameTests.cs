using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

/// <summary>A name stands in every line of the log: none may make one line look like another.</summary>
[Trait("Row", "QC-10")]
public sealed class PeerNameTests
{
    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200bb")]
    [InlineData("\ufeffa")]
    [InlineData("a\u00adb")]
    [InlineData("a\udb40\udc41")]
    public void A_name_that_forges_a_line_is_none_and_is_not_shown(string name)
    {
        PeerContact.WhyNoName(name)!.ShouldContain("invisible");
        PeerContact.Objection(new VotingMember(new(1), name, "", 8080, 1)).ShouldNotBeNull();
        PeerGreeting.Shown(name).ShouldContain('?');
        PeerContact.WhyNoName(PeerGreeting.Shown(name)).ShouldBeNull();
    }

    [Theory]
    [InlineData("\u0646\u0627\u0645\u0647\u200c\u0647\u0627")]
    [InlineData("\u0d28\u0d4d\u200d")]
    [InlineData("\ud83d\udc69\u200d\ud83d\udcbb")]
    [InlineData("node 1")]
    public void A_name_of_any_script_is_one_and_is_shown_as_it_is(string name)
    {
        PeerContact.WhyNoName(name).ShouldBeNull();
        PeerGreeting.Shown(name).ShouldBe(name);
    }
}
