using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport.Wire;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>Keeps a connection to one peer: dials, says hello, and dials again when it is lost. Never waits for another peer.</summary>
internal sealed class OutboundPeer(
    PeerTransportOptions options, MemberId peer, PeerAddress destination, ILogger logger, LogThrottle throttle, bool isBulk = false) : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private readonly Lock gate = new();
    private volatile PeerAddress destination = destination;
    private volatile OutboundLink? link;
    private CancellationTokenSource? dial;
    private CancellationTokenSource? pause;
    private bool isFinishing;
    private bool isWoken;
    private string? lastProblem;
    private bool wasConnected;

    /// <summary>Its name, for logs.</summary>
    public string Name => destination.Name;

    /// <summary>Where it is dialled.</summary>
    public PeerAddress Destination => destination;

    /// <summary>The live connection, or null while there is none.</summary>
    public OutboundLink? Link => link;

    /// <summary>The next dial goes there, and at once; a connection to where it was, or a dial under way, is given up.</summary>
    public void Move(PeerAddress address)
    {
        OutboundLink? former;
        CancellationTokenSource? vain;
        lock (gate)
        {
            var isSame = destination.Address == address.Address;
            destination = address;
            if (isSame)
            {
                return;
            }

            (former, vain) = (link, dial);
        }

        former?.Close("it moved");
        Cancel(vain);
        Wake();
    }

    /// <summary>Ends the connection and the dialling: no send succeeds any more.</summary>
    public void Leave()
    {
        link?.Close("it is no peer any more");
        Cancel(leaving);
    }

    /// <inheritdoc/>
    public void Dispose() => leaving.Dispose();

    /// <summary>Sends what is queued; once the peer has read it, all ends. Without a connection it ends now.</summary>
    public void Finish()
    {
        OutboundLink? finishing;
        lock (gate)
        {
            isFinishing = true;
            finishing = link;
        }

        finishing?.Finish();
        if (finishing is null)
        {
            Leave();
        }
    }

    /// <summary>The peer has just been heard: the pause under way, or after the dial under way, need not be.</summary>
    public void Wake()
    {
        CancellationTokenSource? waking;
        lock (gate)
        {
            isWoken = true;
            waking = pause;
        }

        Cancel(waking);
    }

    /// <summary>Runs until <paramref name="stopping"/>, or until it shall leave.</summary>
    public async Task RunAsync(IPeerInbox inbox, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, leaving.Token);
        var failures = 0;
        while (!ending.IsCancellationRequested)
        {
            Forget();
            try
            {
                var (connected, address) = await ConnectAsync(failures, ending.Token).ConfigureAwait(false);
                using var held = connected;
                failures = 0;
                await ServeAsync(connected, address, inbox, ending.Token, stopping).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failures++;
                if (!ending.IsCancellationRequested)
                {
                    Report(e);
                }
            }

            await PauseAsync(failures, ending.Token).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(
        OutboundLink connected, string address, IPeerInbox inbox, CancellationToken ending, CancellationToken stopping)
    {
        using var onEnd = ending.UnsafeRegister(static state => ((OutboundLink)state!).Close("this node stops"), connected);
        logger.Log(isBulk ? LogLevel.Debug : LogLevel.Information, "Connected to peer {Peer} at {Address}.", Name, address);
        lastProblem = null;
        wasConnected = true;
        Publish(connected, address);
        try
        {
            var reason = await connected.RunAsync().ConfigureAwait(false);
            if (!ending.IsCancellationRequested && throttle.Allows($"lost {peer}"))
            {
                logger.LogWarning("The connection to peer {Peer} was lost: {Reason}. Dialling again.", Name, reason);
            }
        }
        finally
        {
            // No send succeeds any more once the loss is told: what follows it belongs to the next connection.
            connected.Close("closed");
            link = null;
            Forget();
            if (isFinishing)
            {
                Leave();
            }

            if (!stopping.IsCancellationRequested && !isBulk)
            {
                inbox.ConnectionLost(peer);
            }
        }
    }

    /// <summary>The peer may have moved while it was dialled.</summary>
    private void Publish(OutboundLink connected, string address)
    {
        lock (gate)
        {
            link = connected;
            if (destination.Address == address)
            {
                return;
            }
        }

        connected.Close("it moved");
    }

    private async Task<(OutboundLink Link, string Address)> ConnectAsync(int attempt, CancellationToken stopping)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        string address;
        lock (gate)
        {
            address = destination.Address;
            dial = given;
        }

        try
        {
            var socket = await DialAsync(address, attempt, given.Token).ConfigureAwait(false);
            return (new OutboundLink(socket, options), address);
        }
        finally
        {
            lock (gate)
            {
                dial = null;
            }
        }
    }

    private async Task<Socket> DialAsync(string address, int attempt, CancellationToken stopping)
    {
        using var dialling = new Deadline(options.ConnectTimeout, options.Time, stopping);
        var socket = await PeerSockets.DialAsync(HostAndPort.ParseDialled(address), attempt, options.StallTimeout, dialling.Token).ConfigureAwait(false);
        try
        {
            using var greeting = new Deadline(options.HelloTimeout, options.Time, stopping);
            using var reader = new FrameReader(socket, PeerGreeting.LimitBytes);
            await PeerGreeting.SendAsync(socket, PeerGreeting.Hello(options, peer, isBulk), greeting.Token).ConfigureAwait(false);
            var reply = await PeerGreeting.ReceiveAsync(reader, HelloReply.Parser, greeting.Token).ConfigureAwait(false);
            return PeerGreeting.Objection(options, peer, reply) is { } objection ? throw new PeerProtocolException(objection) : socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Once an outage and reason: a peer that is down for a day is one line.</summary>
    private void Report(Exception problem)
    {
        var text = problem is OperationCanceledException ? "it did not answer in time" : problem.Message;
        if (problem is not (SocketException or IOException or PeerProtocolException or OperationCanceledException or ArgumentException))
        {
            logger.LogError(problem, "A defect keeps this node from peer {Peer} at {Address}.", Name, destination.Address);
        }
        else if (text != lastProblem && throttle.Allows($"dial {peer} {text}"))
        {
            // Members start one after the other: before the first connection an absent peer is no cause for alarm.
            var level = wasConnected || problem is not SocketException ? LogLevel.Warning : LogLevel.Information;
            logger.Log(level, "Peer {Peer} at {Address} cannot be reached: {Reason}. Dialling on.", Name, destination.Address, text.TrimEnd('.'));
        }

        lastProblem = text;
    }

    private async Task PauseAsync(int failures, CancellationToken stopping)
    {
        // Half of each pause is drawn, so that nodes that lost each other together do not knock together.
        var whole = Math.Min(options.BackoffCeiling.Ticks, options.BackoffFloor.Ticks << Math.Clamp(failures - 1, 0, 20));
        var drawn = Math.Max(options.BackoffFloor.Ticks, (whole / 2) + Random.Shared.NextInt64((whole / 2) + 1));
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lock (gate)
        {
            if (isWoken)
            {
                return;
            }

            pause = waking;
        }

        await Task.Delay(new TimeSpan(drawn), options.Time, waking.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            pause = null;
        }
    }

    /// <summary>What woke this node before a dial, or while connected, shortens no later pause: two peers could chase each other.</summary>
    private void Forget()
    {
        lock (gate)
        {
            isWoken = false;
        }
    }

    private static void Cancel(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // What it stood for ended by itself in between.
        }
    }
}
