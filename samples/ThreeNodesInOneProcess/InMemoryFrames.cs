using System.Collections.Concurrent;
using System.Threading.Channels;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

/// <summary>A network within a process: a queue for each node, read by a loop. What does not fit is lost, as on any network.</summary>
internal sealed class InMemoryNetwork
{
    private const int QueueFrames = 1024;

    private readonly ConcurrentDictionary<MemberId, Channel<ReadOnlyMemory<byte>>> _queues = new();

    /// <summary>A node's place in this network.</summary>
    public IFrameTransport Join(FrameTransportContext context) => new Place(this, context.Self);

    private sealed class Place(InMemoryNetwork network, MemberId self) : IFrameTransport
    {
        private readonly ConcurrentDictionary<MemberId, bool> _members = new();
        private readonly Channel<ReadOnlyMemory<byte>> _queue = Channel.CreateBounded<ReadOnlyMemory<byte>>(QueueFrames);
        private Task _reading = Task.CompletedTask;

        public Task StartAsync(IFrameReceiver receiver, CancellationToken cancellationToken)
        {
            network._queues[self] = _queue;
            _reading = ReadAsync(receiver);
            return Task.CompletedTask;
        }

        public void Connect(MemberId member, string address) => _members[member] = true;

        public void Disconnect(MemberId member) => _members.TryRemove(member, out _);

        public bool Send(MemberId to, FrameLane lane, ReadOnlyMemory<byte> frame) =>
            _members.ContainsKey(to) && network._queues.TryGetValue(to, out var queue) && queue.Writer.TryWrite(frame);

        public async ValueTask DisposeAsync()
        {
            network._queues.TryRemove(KeyValuePair.Create(self, _queue));
            _queue.Writer.TryComplete();
            await _reading;
        }

        private async Task ReadAsync(IFrameReceiver receiver)
        {
            await Task.Yield();
            await foreach (var frame in _queue.Reader.ReadAllAsync()) await receiver.ReceiveAsync(frame);
        }
    }
}
