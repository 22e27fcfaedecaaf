using System.Collections.Immutable;
using System.Threading.Channels;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using ActorQuorum.Voting;
using Change = ActorQuorum.Voting.VotingRoleChange;
using CoreChange = ActorQuorum.Core.Voting.VotingRoleChange;
using Role = ActorQuorum.Voting.VotingRole;

namespace ActorQuorum.Actors;

/// <summary>What a node of the constant election knows of itself and the others: written by the NodeActor, read by anybody.</summary>
internal sealed class VotingView
{
    /// <summary>The most changes that a listener may fall behind, and the most nodes of one kind that are remembered.</summary>
    private const int Most = 4096;

    private readonly Lock _gate = new();
    private readonly List<Channel<Change>> _listeners = [];
    private ImmutableArray<MemberView> _others = [];
    private ImmutableArray<VotingMember> _dispatched = [];
    private volatile VotingStatus _status;
    private Change _current = new(Role.None, null, 0, 0, Role.None);
    private bool _isClosed;

    /// <summary>The view of a node that knows nobody yet.</summary>
    public VotingView(VotingMember self) => _status = new() { Name = self.Name, Address = PeerContact.AddressOf(self).Address };

    /// <summary>Each change of role or master, on the NodeActor's turn.</summary>
    public event Action<Change>? RoleChanged;

    /// <summary>The whole view at this moment.</summary>
    public VotingStatus Status => _status;

    /// <summary>Whether this node is connected with another. For the NodeActor alone.</summary>
    public bool HasMet => _status.Connected.Count > 0;

    /// <summary>How often the role or the master changed.</summary>
    public long Changes { get; private set; }

    /// <summary>The core has gone on.</summary>
    public void See(VotingSight sight)
    {
        var status = _status with
        {
            Role = Shown(sight.Role), Master = sight.Master?.Name, Formation = sight.Epoch.Formation.Salt, Epoch = sight.Epoch.Counter,
        };
        if (sight.Others != _others)
        {
            _others = sight.Others;
            status = status with { Connected = NamesOf(MemberState.Live), Lost = NamesOf(MemberState.Lost) };
        }

        _status = status;
    }

    /// <summary>Something happened to a member: who said goodbye the core forgets after a while, the operator need not.</summary>
    public void See(VotingEvent happened)
    {
        var dispatched = happened switch
        {
            MemberDispatched(var gone) => [.. Without(gone).TakeLast(Most - 1), gone],
            MemberAdded(var member, _) => Without(member),
            MemberReturned(var member, _) => Without(member),
            _ => _dispatched,
        };
        if (dispatched == _dispatched) return;
        _dispatched = dispatched;
        _status = _status with { Dispatched = [.. _dispatched.Select(member => member.Name).Order(StringComparer.Ordinal)] };
    }

    /// <summary>Tells whoever listens.</summary>
    public void Announce(CoreChange change)
    {
        Change current;
        lock (_gate)
        {
            Changes++;
            current = _current = new(Shown(change.To), change.Master?.Name, change.Epoch.Formation.Salt, change.Epoch.Counter, Shown(change.From));
            foreach (var listener in _listeners)
            {
                if (!listener.Writer.TryWrite(_current))
                    listener.Writer.TryComplete(new InvalidOperationException($"whoever listens for role changes fell {Most} changes behind"));
            }
        }

        RoleChanged?.Invoke(current);
    }

    /// <summary>The state now, and each change from now on.</summary>
    public Channel<Change> Listen()
    {
        var listener = Channel.CreateBounded<Change>(new BoundedChannelOptions(Most) { SingleReader = true, AllowSynchronousContinuations = false });
        lock (_gate)
        {
            listener.Writer.TryWrite(_current with { Previous = Role.None });
            if (_isClosed) listener.Writer.TryComplete();
            else _listeners.Add(listener);
        }

        return listener;
    }

    /// <summary>One listener less.</summary>
    public void Leave(Channel<Change> listener)
    {
        lock (_gate) _listeners.Remove(listener);
    }

    /// <summary>The node has ended: it plays no part any more, and whoever listens hears that last.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            var last = new Change(Role.None, null, _current.Formation, _current.Epoch, _current.Role);
            foreach (var listener in _listeners)
            {
                if (_current.Role != Role.None) listener.Writer.TryWrite(last);
                listener.Writer.TryComplete();
            }

            _current = last;
            _status = _status with { Role = Role.None, Master = null };
        }
    }

    private ImmutableArray<VotingMember> Without(VotingMember back) =>
        _dispatched.RemoveAll(former => former.Id == back.Id || back.IsReturnOf(former));

    private IReadOnlyList<string> NamesOf(MemberState state) =>
        [.. _others.Where(other => other.State == state).Select(other => other.Member.Name).Order(StringComparer.Ordinal)];

    private static Role Shown(Core.Voting.VotingRole role) => role switch
    {
        Core.Voting.VotingRole.Master => Role.Master,
        Core.Voting.VotingRole.Slave => Role.Slave,
        _ => Role.None,
    };
}
