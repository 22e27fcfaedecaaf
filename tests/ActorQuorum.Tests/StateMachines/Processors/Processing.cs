using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using ActorQuorum.StateMachines.Processors;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines.Processors;

/// <summary>A store with processors, and commands for it.</summary>
internal sealed class Processing
{
    private readonly List<(string Name, long Index, Exception Cause)> _failures = [];
    private long _index;

    public Processing(params (string Name, ProcessorHandler Handler)[] handlers) => Store = new(
        processors: new ProcessorSet(
            handlers.Select(handler => KeyValuePair.Create(handler.Name, handler.Handler)),
            (name, index, cause) => _failures.Add((name, index, cause))));

    public KeyValueStore Store { get; }

    /// <summary>What the store told of handlers that failed by themselves.</summary>
    public IReadOnlyList<(string Name, long Index, Exception Cause)> Failures => _failures;

    public CommandResult Run(string name, Bytes payload = default) => Apply(ProcessFields.Encode(name, payload.Span));

    public CommandResult Apply(ReadOnlyMemory<byte> command) => Store.Apply(++_index, command);

    public void Put(string key, string value) => Apply(
        Command.Encode(CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) })).Code.ShouldBe(0);

    public KeyValue? Find(string key, long revision = 0)
    {
        var query = Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8(key), Revision = revision });
        var result = Store.View.Query(query);
        result.Error.ShouldBeNull();
        return RangeResponse.Parser.ParseFrom(result.Payload.Span).Kvs.SingleOrDefault();
    }

    public string? Value(string key, long revision = 0) => Find(key, revision)?.Value.ToStringUtf8();

    public string Digest() => ContentDigest.Of((KeyValueView)Store.View);
}
