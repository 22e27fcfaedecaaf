using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum;

/// <content>What a program sees of its node.</content>
public sealed partial class QuorumNode
{
    private QuorumStore? _store;
    private event Action? _rung;

    /// <summary>The part this node plays now; a node that has stopped follows.</summary>
    public Role Role => CurrentRole.Role;

    /// <summary>The leader of the latest term that this node has seen, or null.</summary>
    public MemberInfo? Leader => CurrentRole.Leader;

    /// <summary>All members, this node among them, in the order of their names.</summary>
    public IReadOnlyList<MemberInfo> Members => Status.Members;

    /// <summary>The key-value store.</summary>
    public QuorumStore Store => _store ??= new(this);

    private NodeRole CurrentRole
    {
        get
        {
            var status = Status;
            return new(status.Role, status.Term, status.Members.FirstOrDefault(member => member.Id == status.Leader));
        }
    }

    /// <summary>Starts a node: opens its data directory, listens to its peers and takes part in the cluster.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="configure">Adds processors, or a transport; null for none.</param>
    /// <param name="loggers">Where it logs; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="IOException">
    /// The peer port is busy, or the data directory is locked, foreign or damaged, or its log asks for a processor that is not added.
    /// </exception>
    /// <exception cref="InvalidOperationException">The runtime is one that this library does not start.</exception>
    public static Task<QuorumNode> StartAsync(
        NodeOptions options, Action<QuorumBuilder>? configure = null, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = new QuorumBuilder();
        configure?.Invoke(builder);
        return StartAsync(options, builder, loggers ?? NullLoggerFactory.Instance, cancellationToken);
    }

    /// <summary>
    /// The part this node plays, at once and whenever it, the term or the leader changes. A reader that is slow misses what was between, never
    /// the latest. Ends when the node has stopped, and with it whatever the node did as leader.
    /// </summary>
    /// <param name="cancellationToken">Ends it before.</param>
    /// <returns>The latest part, and each one after it.</returns>
    public async IAsyncEnumerable<NodeRole> RoleChanges([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A bell, not a queue: whoever hears it looks at what is so now, which is never older than what rang.
        var bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Hear() => bell.Writer.TryWrite(true);
        _rung += Hear;
        using var stopped = new CancellationTokenSource();
        _ = _over.Task.ContinueWith(
            static (_, writer) => ((ChannelWriter<bool>)writer!).TryComplete(), bell.Writer, stopped.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            NodeRole? told = null;
            do
            {
                while (bell.Reader.TryRead(out _))
                {
                }

                var role = CurrentRole;
                if (role == told || _over.Task.IsCompleted) continue;
                told = role;
                yield return role;
            }
            while (await bell.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _rung -= Hear;
            await stopped.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Has work done on the leader only: calls it whenever this node begins to lead, and cancels its token once it does not any more. The next
    /// call waits until the last one has ended. Another node may lead, and work, before this one hears that it does not: what must not be
    /// done twice is guarded by the term (docs/dotnet.md).
    /// </summary>
    /// <param name="work">The work; it gets the part that the node plays, with its term. If it ends early it is not begun again in this term.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    /// <returns>Ends when the node has stopped or the token is cancelled, and the work has ended; faults if the work does.</returns>
    public Task WhileLeadingAsync(Func<NodeRole, CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return LeaderWork.RunAsync(RoleChanges, work, cancellationToken);
    }

    /// <summary>Whoever follows the node's part looks at it anew.</summary>
    private void Ring() => _rung?.Invoke();

    /// <summary>Starts a node with what a builder holds.</summary>
    internal static Task<QuorumNode> StartAsync(
        NodeOptions options, QuorumBuilder builder, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        RefuseConstant(options);
        if (options.Runtime == NodeRuntime.Akka)
        {
            throw new InvalidOperationException(
                "runtime = akka is started by the library ActorQuorum.Akka: by system.StartQuorum, or by QuorumSystem.StartAsync without a system of yours.");
        }

        return StartAsync(options, loggers, builder.ToHosting(NodeHosting.Mailboxes(options.Runtime)), builder, cancellationToken);
    }
}
