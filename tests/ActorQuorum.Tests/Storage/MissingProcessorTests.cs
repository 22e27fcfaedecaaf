using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>A build that its log is too new for does not start: it says all that it lacks, and leaves the log as it is.</summary>
[Trait("Row", "CO-2")]
public sealed class MissingProcessorTests
{
    private static readonly NodeOptions s_options = new()
    {
        Name = "n1", DataDirectory = "data", ClusterName = "c", Members = [new("n1", "h1:1", "h1:2"), new("n2", "h2:1", "h2:2"), new("n3", "h3:1", "h3:2")],
    };

    private static readonly ClusterIdentity s_identity = ClusterIdentity.Of(s_options);
    private readonly SimulatedDisk _disk = new(1);

    [Fact]
    public void A_start_names_every_processor_that_the_log_asks_for_and_the_build_lacks()
    {
        Write("there", "lost", "there", "gone", "lost");

        var refusal = Should.Throw<DataDirectoryException>(() => Start("there")).Message;

        refusal.ShouldContain("asks for what this build of n1 does not add: the processors 'lost' (entry 2), 'gone' (entry 4)");
        refusal.ShouldNotContain("'there'");
        Should.Throw<DataDirectoryException>(() => Start("there", "lost")).Message.ShouldContain("does not add: the processor 'gone' (entry 4).");
        Start("there", "lost", "gone").ShouldBe(5);
        Start("there", "lost", "gone").ShouldBe(5, "the refusals before changed nothing, and let go of the directory");
    }

    [Fact]
    public void What_a_snapshot_stands_for_asks_for_nothing()
    {
        Write("lost", "there", "gone");
        using (var storage = Open("lost", "there", "gone"))
        {
            SnapshotRig.Take(storage.Snapshots!, SnapshotRig.Head(2, term: 1, storage.ClusterId), new KeyValueStore());
            storage.Log.Dispose();
        }

        Start("gone").ShouldBe(3);
        Should.Throw<DataDirectoryException>(() => Start("lost", "there")).Message.ShouldContain("'gone' (entry 3)");
    }

    [Fact]
    public void Damaged_commands_ask_for_nothing()
    {
        using (var storage = Open())
        {
            storage.Log.Write([new Persist(0, HardState.Initial with { Term = 1 }, 0, [new(1, 1, EntryKind.Command, new byte[] { 1, 6, 0x0A, 200 }), new(2, 1, EntryKind.Noop, ProcessFields.Encode("lost", default))], 2, 0, 1, [])]);
            storage.Log.Flush();
            storage.Log.Dispose();
        }

        Start().ShouldBe(2);
    }

    [Fact]
    public void Of_more_names_than_a_build_can_have_as_many_are_named()
    {
        Write([.. Enumerable.Range(0, ProcessorSet.CountLimit + 9).Select(i => $"p{i}")]);
        var refusal = Should.Throw<DataDirectoryException>(() => Start()).Message;
        refusal.ShouldContain("'p255' (entry 256).");
        refusal.ShouldNotContain("'p256'");
    }

    private void Write(params string[] processors)
    {
        using var storage = Open();
        Entry[] entries = [.. processors.Select((name, i) => new Entry(i + 1, 1, EntryKind.Command, ProcessFields.Encode(name, default)))];
        storage.Log.Write([new Persist(0, HardState.Initial with { Term = 1 }, 0, [.. entries], entries.Length, 0, 1, [])]);
        storage.Log.Flush();
        storage.Log.Dispose();
    }

    /// <returns>The last entry of the log.</returns>
    private long Start(params string[] processors)
    {
        using var storage = Open(processors);
        storage.Log.Dispose();
        return storage.Durable.Entries[^1].Index;
    }

    private NodeStorage Open(params string[] processors) => NodeStorage.Open(
        _disk, s_options, s_identity, () => 0x111,
        new KeyValueStore(processors: new(processors.Select(name => KeyValuePair.Create<string, ProcessorHandler>(name, (_, _) => default)))));
}
