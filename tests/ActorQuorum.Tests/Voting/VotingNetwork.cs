using System.Net;
using System.Net.Sockets;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Voting;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Tests.Voting;

/// <summary>Real nodes of a constant election in this process, on loopback and with a broadcast port of their own.</summary>
internal sealed class VotingNetwork
{
    private readonly List<VotingNode> _nodes = [];

    public int BroadcastPort { get; } = FreeUdpPort();

    public RecordingLoggers Loggers { get; } = new();

    /// <summary>Settings of a node, as quick as a machine under load bears.</summary>
    public VotingNodeOptions OptionsOf(string name) => new()
    {
        Name = name,
        ClusterName = "test",
        ListenAddress = "127.0.0.1",
        Port = 0,
        BroadcastAddress = "127.255.255.255",
        BroadcastPort = BroadcastPort,
        LongestPause = TimeSpan.FromMilliseconds(400),
        Election = new() { DiscoveryWindow = TimeSpan.FromSeconds(1), StopActing = TimeSpan.FromSeconds(3), Lost = TimeSpan.FromSeconds(5) },
    };

    public Task<VotingNode> StartAsync(string name) => StartAsync(OptionsOf(name));

    public async Task<VotingNode> StartAsync(VotingNodeOptions options)
    {
        var node = await VotingNode.StartAsync(options, Loggers);
        _nodes.Add(node);
        return node;
    }

    public static Task UntilAsync(Func<bool> condition, string what) => Eventually.ShouldBeAsync(condition, what);

    public static Task UntilMasterAsync(VotingNode master, params VotingNode[] slaves) => UntilAsync(
        () => master.Status.Role == VotingRole.Master
            && slaves.All(slave => slave.Status.Role == VotingRole.Slave && slave.Status.Master == master.Status.Name && slave.Status.Epoch == master.Status.Epoch),
        $"{master.Status.Name} is master of {slaves.Length} others");

    public static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async Task EndAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        Loggers.Defects.ShouldBeEmpty();
    }
}

/// <summary>Loggers that keep every line.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Text, Exception? Cause)> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _lines.Select(line => line.Text)];
        }
    }

    /// <summary>What only a defect writes.</summary>
    public IReadOnlyList<string> Defects
    {
        get
        {
            lock (_gate) return [.. _lines.Where(line => line.Level >= LogLevel.Error && line.Cause is not null).Select(line => $"{line.Text} {line.Cause}")];
        }
    }

    public bool Has(string text) => Lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(RecordingLoggers owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._gate) owner._lines.Add((logLevel, formatter(state, exception), exception));
        }
    }
}
