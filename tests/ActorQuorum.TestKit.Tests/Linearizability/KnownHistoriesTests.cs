using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;
using ActorQuorum.TestKit.Tests.Linearizability.Histories;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>Small histories whose verdict a reader can see.</summary>
public sealed class KnownHistoriesTests
{
    [Theory]
    [InlineData("nothing happened", "")]
    [InlineData("a register is empty at first", "0 read; 0 = nil")]
    [InlineData("a read sees the last write", "0 write 1; 0 ok; 0 write 2; 0 ok; 1 read; 1 = 2")]
    [InlineData("a read beside a write sees the old", "0 write 1; 1 read; 1 = nil; 0 ok")]
    [InlineData("a read beside a write sees the new", "0 write 1; 1 read; 1 = 1; 0 ok")]
    [InlineData("two reads see two writes in one order", "0 write 1; 1 write 2; 2 read; 2 = 2; 2 read; 2 = 1; 0 ok; 1 ok")]
    [InlineData("a cas finds what another wrote", "0 write 1; 1 cas 1 2; 1 ok; 0 ok; 0 read; 0 = 2")]
    [InlineData("a cas fails beside the write it waits for", "0 write 1; 1 cas 1 2; 1 no; 0 ok; 0 read; 0 = 1")]
    [InlineData("a lost write is seen late", "0 write 1; 1 write 2; 1 ok; 1 read; 1 = 2; 1 read; 1 = 1")]
    [InlineData("a lost write is never seen", "0 write 1; 1 write 2; 1 ok; 1 read; 1 = 2; 1 read; 1 = 2")]
    [InlineData("a lost cas explains what a read saw", "0 write 1; 0 ok; 1 cas 1 5; 2 read; 2 = 5")]
    [InlineData("a lost read says nothing", "0 read; 1 write 1; 1 ok; 1 read; 1 = 1")]
    [InlineData("a lost cas after a lost write", "0 write 1; 1 cas 1 2; 2 read; 2 = 2")]
    [InlineData("two lost writes are two", "0 write 1; 1 write 1; 2 read; 2 = 1; 2 write 2; 2 ok; 2 read; 2 = 1; 2 write 2; 2 ok")]
    [InlineData("two lost writes of one value", "0 write 1; 1 write 1; 2 write 2; 2 ok; 2 read; 2 = 1; 2 write 2; 2 ok; 2 read; 2 = 1")]
    public void A_register_can_behave_so(string why, string script) => Check(script).Verdict.ShouldBe(Verdict.Linearizable, why);

    [Theory]
    [InlineData("a read of what nobody wrote", "0 read; 0 = 1")]
    [InlineData("a stale read", "0 write 1; 0 ok; 0 write 2; 0 ok; 1 read; 1 = 1")]
    [InlineData("the new, then the old", "0 write 1; 1 read; 1 = 1; 1 read; 1 = nil; 0 ok")]
    [InlineData("two readers, two orders", "0 write 1; 1 write 2; 2 read; 3 read; 2 = 1; 3 = 2; 2 read; 3 read; 2 = 2; 3 = 1; 0 ok; 1 ok")]
    [InlineData("a write of the future", "0 read; 0 = 1; 1 write 1; 1 ok")]
    [InlineData("a cas succeeds twice", "0 write 1; 0 ok; 0 cas 1 2; 1 cas 1 3; 0 ok; 1 ok")]
    [InlineData("a cas fails without a reason", "0 write 1; 0 ok; 0 cas 1 2; 0 no")]
    [InlineData("an acknowledged write is gone", "0 write 1; 0 ok; 1 read; 1 = nil")]
    [InlineData("a lost write is seen before its call", "1 read; 1 = 1; 0 write 1")]
    [InlineData("a lost write is seen twice", "0 write 1; 1 read; 1 = 1; 1 write 2; 1 ok; 1 read; 1 = 1")]
    [InlineData("a lost cas without its cause", "0 write 1; 0 ok; 1 cas 4 5; 2 read; 2 = 5")]
    public void A_register_cannot_behave_so(string why, string script) => Check(script).Verdict.ShouldBe(Verdict.NotLinearizable, why);

    [Theory]
    [InlineData("keys are apart", "0 put a 1; 0 ok; 0 get b; 0 = nil; 0 get a; 0 = 1", true)]
    [InlineData("appends in one order", "0 append a x; 1 append a y; 0 ok; 1 ok; 0 get a; 0 = yx", true)]
    [InlineData("appends in two orders", "0 append a x; 1 append a y; 0 ok; 1 ok; 0 get a; 0 = yx; 0 get a; 0 = xy", false)]
    [InlineData("an append is lost", "0 append a x; 0 ok; 0 append a y; 0 ok; 0 get a; 0 = y", false)]
    [InlineData("a delete", "0 put a 1; 0 ok; 0 delete a; 0 ok; 0 get a; 0 = nil", true)]
    [InlineData("a delete finds nothing", "0 put a 1; 0 ok; 0 delete a; 0 no", false)]
    [InlineData("a delete finds what nobody put", "0 delete a; 0 ok", false)]
    [InlineData("two deletes of one value", "0 put a 1; 0 ok; 0 delete a; 1 delete a; 0 ok; 1 ok", false)]
    [InlineData("a deleted value comes back", "0 put a 1; 0 ok; 0 delete a; 0 ok; 1 get a; 1 = 1", false)]
    [InlineData("a cas creates", "0 cas a nil 1; 0 ok; 0 get a; 0 = 1", true)]
    [InlineData("two cas create", "0 cas a nil 1; 1 cas a nil 2; 0 ok; 1 ok", false)]
    [InlineData("a cas deletes", "0 put a 1; 0 ok; 0 cas a 1 nil; 0 ok; 0 get a; 0 = nil", true)]
    [InlineData("a lost delete explains an absence", "0 put a 1; 0 ok; 1 delete a; 0 get a; 0 = nil", true)]
    [InlineData("a lost delete of another key does not", "0 put a 1; 0 ok; 1 delete b; 0 get a; 0 = nil", false)]
    public void A_store_of_strings(string why, string script, bool isLinearizable) =>
        LinearizabilityChecker.Check(new KeyValueModel(), Script.KeyValue(script)).IsLinearizable.ShouldBe(isLinearizable, why);

    private static LinearizabilityResult Check(string script) => LinearizabilityChecker.Check(new RegisterModel(), Script.Register(script));
}
