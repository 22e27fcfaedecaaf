using ActorQuorum.Core.Raft;

namespace ActorQuorum.Transport;

/// <summary>
/// One member over a user's transport: numbers what is sent to it, and lets each frame of it through once, in order. A frame that is late or
/// repeated would be a command applied twice; one that is lost is only late.
/// </summary>
internal sealed class FramePeer(MemberId id, PeerAddress address, int queueMessages, long queueSizeBytes) : IDisposable
{
    /// <summary>How many former sessions are told from new ones: a process restarts seldom, and frames do not live that long.</summary>
    private const int FormerSessions = 16;

    private readonly Lane[] _lanes = [new(queueMessages, queueSizeBytes), new(queueMessages, queueSizeBytes)];
    private readonly Queue<ulong> _former = new();
    private readonly Lock _gate = new();
    private ulong _session;

    /// <summary>The member.</summary>
    public MemberId Id => id;

    /// <summary>Its name and where it is.</summary>
    public PeerAddress Address { get; set; } = address;

    /// <summary>One at a time: the number must not overtake its frame.</summary>
    public Lock SendGate { get; } = new();

    /// <summary>The number of the next frame to send.</summary>
    public ulong NextNumber(FrameLane lane) => ++_lanes[(int)lane].Sent;

    /// <summary>Whether a frame is to be let through; says too whether its sender is a new process, which has forgotten what the old one was told.</summary>
    public bool IsNext(in FrameEnvelope envelope, out bool isNewSession)
    {
        lock (_gate)
        {
            isNewSession = envelope.Session != _session && _session != 0;
            if (envelope.Session != _session)
            {
                if (envelope.Session == 0 || _former.Contains(envelope.Session))
                {
                    isNewSession = false;
                    return false;
                }

                Retire();
                _session = envelope.Session;
            }

            ref var heard = ref _lanes[(int)envelope.Lane].Heard;
            if (envelope.Number <= heard) return false;
            heard = envelope.Number;
            return true;
        }
    }

    /// <summary>Takes credit for a message; null once closed.</summary>
    public ValueTask<IInboundCredit?> TakeCreditAsync(FrameLane lane, int sizeBytes) => _lanes[(int)lane].Credits.TakeAsync(sizeBytes);

    /// <summary>Waits for its turn in a lane.</summary>
    public Task EnterAsync(FrameLane lane, CancellationToken cancellationToken) => _lanes[(int)lane].Turn.WaitAsync(cancellationToken);

    /// <summary>Lets the next one in.</summary>
    public void Leave(FrameLane lane) => _lanes[(int)lane].Turn.Release();

    /// <summary>Nothing is let through any more.</summary>
    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Credits.Close();
    }

    private void Retire()
    {
        if (_session == 0) return;
        _former.Enqueue(_session);
        if (_former.Count > FormerSessions) _former.Dequeue();
        foreach (var lane in _lanes) lane.Heard = 0;
    }

    private sealed class Lane(int queueMessages, long queueSizeBytes)
    {
        public ulong Sent;
        public ulong Heard;

        public InboundCredits Credits { get; } = new(queueMessages, queueSizeBytes);

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
