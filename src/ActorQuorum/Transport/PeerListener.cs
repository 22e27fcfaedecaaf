using System.Net;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport.Wire;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>Accepts the connections of other members, judges their hellos, and has one connection a member read.</summary>
/// <param name="options">The transport's settings.</param>
/// <param name="inbox">Takes what is heard.</param>
/// <param name="isPeer">Whether a member is one of those connected to.</param>
/// <param name="heard">Told of every member whose hello was accepted.</param>
/// <param name="logger">The log.</param>
/// <param name="throttle">Bounds its warnings.</param>
internal sealed class PeerListener(
    PeerTransportOptions options, IPeerInbox inbox, Func<MemberId, bool> isPeer, Action<MemberId> heard, ILogger logger, LogThrottle throttle)
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Dictionary<(MemberId From, bool IsBulk), InboundConnection> current = [];
    private readonly HashSet<Task> serving = [];
    private int ungreeted;

    /// <summary>Accepts until <paramref name="stopping"/>, then closes every connection and waits for their loops.</summary>
    public async Task RunAsync(Socket listening, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Admit(await listening.AcceptAsync(stopping).ConfigureAwait(false), stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or a caller that left before it was accepted: the next one may do better.
                Warn($"accept {e.SocketErrorCode}", "A peer's connection could not be accepted: {Reason}. Accepting on.", e.Message);
                await Task.Delay(AcceptPause, options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        listening.Dispose();
        Task[] rest;
        lock (gate)
        {
            rest = [.. serving];
        }

        await Task.WhenAll(rest).ConfigureAwait(false);
    }

    /// <summary>A member is no peer any more: its connection ends.</summary>
    public void Drop(MemberId peer)
    {
        InboundConnection? connection;
        InboundConnection? bulk;
        lock (gate)
        {
            connection = current.GetValueOrDefault((peer, false));
            bulk = current.GetValueOrDefault((peer, true));
        }

        connection?.Close("it is no peer any more");
        bulk?.Close("it is no peer any more");
    }

    private void Admit(Socket socket, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref ungreeted) > options.UngreetedConnections)
        {
            Interlocked.Decrement(ref ungreeted);
            Warn("ungreeted", "A connection was closed unread: {Limit} others have yet to say who they are.", options.UngreetedConnections);
            socket.Dispose();
            return;
        }

        var task = ServeAsync(socket, stopping);
        lock (gate)
        {
            serving.Add(task);
        }

        task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task task)
    {
        lock (gate)
        {
            serving.Remove(task);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var held = socket;
        using var reader = new FrameReader(socket, PeerGreeting.LimitBytes);
        var caller = "somebody";
        Hello? hello = null;
        try
        {
            caller = Caller(socket);
            hello = await GreetAsync(socket, reader, caller, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!stopping.IsCancellationRequested)
            {
                var reason = e is OperationCanceledException ? $"it did not come within {options.HelloTimeout.TotalSeconds} s" : e.Message;
                Warn("hello", "A connection from {Caller} was closed before a hello: {Reason}.", caller, reason);
            }
        }
        finally
        {
            Interlocked.Decrement(ref ungreeted);
        }

        if (hello is not null)
        {
            await ReadAsync(socket, reader, hello, stopping).ConfigureAwait(false);
        }
    }

    private async Task<Hello?> GreetAsync(Socket socket, FrameReader reader, string caller, CancellationToken stopping)
    {
        PeerSockets.Tune(socket, options.StallTimeout);
        using var greeting = new Deadline(options.HelloTimeout, options.Time, stopping);
        var hello = await PeerGreeting.ReceiveAsync(reader, Hello.Parser, greeting.Token).ConfigureAwait(false);
        var reply = PeerGreeting.Judge(options, hello, isPeer);
        if (reply.Accepted && IsFull(new MemberId(hello.From)))
        {
            reply.Accepted = false;
            reply.Refusal = Refusal.Full;
            reply.Reason = $"{options.MostStrangers} nodes are connected to {options.Name}, as many as it lets in.";
        }

        if (!reply.Accepted)
        {
            // Strangers choose their ids: all of them together are one kind, or each would be worth a line.
            var who = isPeer(new MemberId(hello.From)) ? hello.From : 0;
            if (throttle.Allows($"refused {reply.Refusal} {who}", reply.Refusal == Refusal.Cluster ? LogThrottle.ForeignPeriods : 1))
            {
                logger.LogWarning("A peer's connection from {Caller} was refused ({Refusal}): {Reason}", caller, reply.Refusal, reply.Reason);
            }
        }

        await PeerGreeting.SendAsync(socket, reply, greeting.Token).ConfigureAwait(false);
        return reply.Accepted ? hello : null;
    }

    private async Task ReadAsync(Socket socket, FrameReader reader, Hello hello, CancellationToken stopping)
    {
        var source = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var route = new PeerRoute(new MemberId(hello.From), options.Self, hello.Incarnation);
        var connection = new InboundConnection(socket, reader, route, PeerGreeting.Shown(hello.Name), options) { IsBulk = hello.IsBulk };
        using var onStop = stopping.UnsafeRegister(static state => ((InboundConnection)state!).Close("this node stops"), connection);
        try
        {
            await SucceedAsync(connection).ConfigureAwait(false);

            // It may have ceased to be one between its hello and here, where it can be dropped.
            if (options.Contact is null && !isPeer(connection.From))
            {
                if (PeerGreeting.AddressOfCaller(options, hello) is not { } address)
                {
                    return;
                }

                inbox.Called(connection.From, address);
            }

            if (options.Contact is not null)
            {
                inbox.Met(PeerGreeting.ContactOf(hello, source));
            }

            heard(connection.From);
            await connection.ReadAsync(inbox).ConfigureAwait(false);
        }
        catch (PeerProtocolException e)
        {
            Warn(
                $"violation {connection.From}",
                "The connection of peer {Peer} was closed, it broke the protocol: {Reason}.", connection.Name, e.Message);
        }
        catch (SocketException e)
        {
            logger.LogDebug("The connection of peer {Peer} was lost: {Reason}.", connection.Name, e.Message);
        }
        catch (Exception e)
        {
            logger.LogError(e, "A defect ended the connection of peer {Peer}.", connection.Name);
        }
        finally
        {
            Leave(connection, stopping);
        }
    }

    /// <summary>
    /// The newer connection wins, whatever its incarnation: the older may be the remains of a process that died without a word, and would
    /// otherwise lock its successor out. Which incarnation counts is for the log to say. It delivers once the older has told its end.
    /// </summary>
    private async Task SucceedAsync(InboundConnection connection)
    {
        InboundConnection? previous;
        lock (gate)
        {
            current.TryGetValue((connection.From, connection.IsBulk), out previous);
            current[(connection.From, connection.IsBulk)] = connection;
        }

        if (previous is null)
        {
            return;
        }

        if (previous.Incarnation != connection.Incarnation)
        {
            Warn(
                $"replaced {connection.From}",
                "Peer {Peer} connected with another data directory while its former connection was open; "
                + "if that repeats, two nodes run under this name.", connection.Name);
        }

        previous.Close("the member connected anew");
        await previous.Ended.ConfigureAwait(false);
    }

    private void Leave(InboundConnection connection, CancellationToken stopping)
    {
        connection.Close("it ended");
        lock (gate)
        {
            if (current.GetValueOrDefault((connection.From, connection.IsBulk)) == connection)
            {
                current.Remove((connection.From, connection.IsBulk));
            }
        }

        try
        {
            if (!stopping.IsCancellationRequested && !connection.IsBulk)
            {
                inbox.ConnectionLost(connection.From);
            }
        }
        finally
        {
            connection.End();
        }
    }

    private bool IsFull(MemberId caller)
    {
        lock (gate)
        {
            return options.Contact is not null && current.Count >= options.MostStrangers && !current.ContainsKey((caller, false));
        }
    }

    private static string Caller(Socket socket) => (socket.RemoteEndPoint as IPEndPoint)?.ToString() ?? "somebody";

    private void Warn(string kind, string text, params object?[] values)
    {
        if (throttle.Allows(kind))
        {
            logger.LogWarning(text, values);
        }
    }
}
