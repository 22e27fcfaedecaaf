using System.Runtime.InteropServices;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>A state's bytes in memory, without blocks and checksums.</summary>
internal sealed class StateStream(byte[] bytes) : ISnapshotSink, ISnapshotSource
{
    private readonly List<byte> _bytes = [.. bytes];
    private int _read;

    public StateStream()
        : this([])
    {
    }

    public byte[] Bytes => [.. _bytes];

    public long WrittenBytes => _bytes.Count;

    public long MostRemainingBytes => _bytes.Count - _read;

    public static StateStream Of(IStateMachine machine)
    {
        var stream = new StateStream();
        using var capture = machine.Capture();
        while (capture.WriteSome(stream, 1 << 16))
        {
        }

        return stream;
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Read(Span<byte> into)
    {
        if (into.Length > MostRemainingBytes)
        {
            throw Damaged("the state breaks off");
        }

        CollectionsMarshal.AsSpan(_bytes).Slice(_read, into.Length).CopyTo(into);
        _read += into.Length;
    }

    public SnapshotDamagedException Damaged(string what) => new("memory", _read, what);
}
