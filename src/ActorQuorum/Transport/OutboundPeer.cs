using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport.Wire;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>Keeps a connection to one peer: dials, says hello, and dials again when it is lost. Never waits for another peer.</summary>
internal sealed class OutboundPeer(PeerTransportOptions options, MemberId peer, ILogger logger, LogThrottle throttle)
{
    private readonly string name = options.Peers[peer].Name;
    private volatile Destination destination = Destination.Parse(options.Peers[peer].Address);
    private volatile OutboundLink? link;
    private readonly Lock gate = new();
    private CancellationTokenSource? pause;
    private bool isWoken;
    private string? lastProblem;
    private bool wasConnected;

    /// <summary>The live connection, or null while there is none.</summary>
    public OutboundLink? Link => link;

    /// <summary>The next dial goes there.</summary>
    public void Relocate(string newAddress)
    {
        destination = Destination.Parse(newAddress);
        Wake();
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

        try
        {
            waking?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The pause ended by itself in between.
        }
    }

    /// <summary>Runs until <paramref name="stopping"/>.</summary>
    public async Task RunAsync(IPeerInbox inbox, CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            Forget();
            try
            {
                using var connected = new OutboundLink(await ConnectAsync(failures, stopping).ConfigureAwait(false), options);
                failures = 0;
                await ServeAsync(connected, inbox, stopping).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failures++;
                if (!stopping.IsCancellationRequested)
                {
                    Report(e);
                }
            }

            await PauseAsync(failures, stopping).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(OutboundLink connected, IPeerInbox inbox, CancellationToken stopping)
    {
        using var onStop = stopping.UnsafeRegister(static state => ((OutboundLink)state!).Close("this node stops"), connected);
        logger.LogInformation("Connected to peer {Peer} at {Address}.", name, destination.Address);
        lastProblem = null;
        wasConnected = true;
        link = connected;
        try
        {
            var reason = await connected.RunAsync().ConfigureAwait(false);
            if (!stopping.IsCancellationRequested && throttle.Allows($"lost {peer}"))
            {
                logger.LogWarning("The connection to peer {Peer} was lost: {Reason}. Dialling again.", name, reason);
            }
        }
        finally
        {
            // No send succeeds any more once the loss is told: what follows it belongs to the next connection.
            connected.Close("closed");
            link = null;
            Forget();
            if (!stopping.IsCancellationRequested)
            {
                inbox.ConnectionLost(peer);
            }
        }
    }

    private async Task<Socket> ConnectAsync(int attempt, CancellationToken stopping)
    {
        using var dialling = new Deadline(options.ConnectTimeout, options.Time, stopping);
        var socket = await PeerSockets.DialAsync(destination.Address, attempt, options.StallTimeout, dialling.Token).ConfigureAwait(false);
        try
        {
            using var greeting = new Deadline(options.HelloTimeout, options.Time, stopping);
            using var reader = new FrameReader(socket, PeerGreeting.LimitBytes);
            await PeerGreeting.SendAsync(socket, PeerGreeting.Hello(options, peer), greeting.Token).ConfigureAwait(false);
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
        if (problem is not (SocketException or IOException or PeerProtocolException or OperationCanceledException))
        {
            logger.LogError(problem, "A defect keeps this node from peer {Peer} at {Address}.", name, destination.Address);
        }
        else if (text != lastProblem && throttle.Allows($"dial {peer} {text}"))
        {
            // Members start one after the other: before the first connection an absent peer is no cause for alarm.
            var level = wasConnected || problem is not SocketException ? LogLevel.Warning : LogLevel.Information;
            logger.Log(level, "Peer {Peer} at {Address} cannot be reached: {Reason}. Dialling on.", name, destination.Address, text);
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

    /// <summary>A class, so that it is replaced in one step.</summary>
    private sealed record Destination(HostAndPort Address)
    {
        public static Destination Parse(string text) => HostAndPort.Parse(text) is { Port: > 0 } address
            ? new Destination(address)
            : throw new ArgumentException($"\"{text}\" names no port to dial.", nameof(text));
    }
}
