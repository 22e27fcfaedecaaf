using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ActorQuorum.Cli.Bench;

/// <summary>
/// One HTTP/2 connection that carries several callers, each with one request under way. All of it is one loop: read, judge the answers, write the
/// next requests, send them in one write. So a request costs no allocation, no lock and no switch of threads, and the machine's time is left to the servers.
/// </summary>
internal sealed partial class LoadConnection
{
    private const int ReceiveBytes = 256 << 10;
    private const int FrameLimitBytes = 16 << 10;
    private const int DefaultWindow = 65_535;
    private const int LargestWindow = int.MaxValue;
    private const byte EndStream = 0x1;
    private const byte Acknowledgement = 0x1;
    private const byte EndHeaders = 0x4;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseAfterLoss = TimeSpan.FromMilliseconds(200);

    private readonly LoadTarget[] _targets;
    private readonly Caller[] _callers;
    private readonly Random _random;
    private readonly Dictionary<int, int> _callerOf = [];
    private readonly List<int> _unsent = [];
    private readonly FrameBuffer _output = new();
    private readonly byte[] _input = new byte[ReceiveBytes];
    private LoadTarget _target;
    private int _targetIndex;
    private Socket? _socket;
    private int _filled;
    private int _lastStream;
    private long _connectionWindow;
    private int _streamWindow;
    private long _receivedBytes;
    private bool _hasFailed;

    /// <param name="targets">The endpoints; another one is used when one is lost.</param>
    /// <param name="first">The one to begin with.</param>
    /// <param name="callers">How many requests are under way.</param>
    public LoadConnection(LoadTarget[] targets, int first, int callers)
    {
        _targets = targets;
        _targetIndex = first % targets.Length;
        _target = targets[_targetIndex];
        _callers = new Caller[callers];
        _random = new Random(first);
    }

    /// <summary>What was measured.</summary>
    public LoadCounts Counts { get; private set; } = new();

    /// <summary>Whether there is a connection now.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>Sends what <paramref name="load"/> gives until it is over and everything is answered, or until cancelled.</summary>
    /// <param name="load">The requests.</param>
    /// <param name="measureFrom">Requests that begin earlier (in ticks of the stopwatch) are not counted.</param>
    /// <param name="cancellationToken">Gives up what is not answered.</param>
    public async Task RunAsync(Workload load, Func<long> measureFrom, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (_socket is null) await OpenAsync(cancellationToken);
                for (var caller = 0; caller < _callers.Length; caller++) StartNext(caller, load);
                await ExchangeAsync(load, measureFrom, cancellationToken);
                return;
            }
            catch (OperationCanceledException)
            {
                Counts.Unanswered += _callerOf.Count;
                Close();
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Lose($"{_target.Address}: {e.Message}", load);
                if (load.IsOver || !await PausedAsync(PauseAfterLoss, cancellationToken)) return;
            }
        }
    }

    /// <summary>Begins to count anew.</summary>
    public void Recount() => Counts = new();

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _callerOf.Clear();
        _unsent.Clear();
    }

    private static async Task<bool> PausedAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    /// <summary>What was under way has no answer; the next connection goes to the next endpoint.</summary>
    private void Lose(string reason, Workload load)
    {
        foreach (var caller in _callerOf.Values) load.Ended(_callers[caller].Key, isAnswered: false);
        Counts.Failed(reason, Math.Max(1, _callerOf.Count));
        Close();
        _targetIndex = (_targetIndex + 1) % _targets.Length;
        _target = _targets[_targetIndex];
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectPatience);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_target.Host, _target.Port, patience.Token);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new IOException($"no connection in {ConnectPatience.TotalSeconds} s", e);
            throw;
        }

        _socket = socket;
        (_filled, _lastStream, _receivedBytes, _connectionWindow, _streamWindow) = (0, -1, 0, DefaultWindow, DefaultWindow);
        _output.Clear();
        _output.Raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

        // No dynamic table, no pushes, and a window that no answer fills: see RFC 9113 §6.5.2.
        var settings = _output.Frame(FrameKind.Settings, 0, 0, 18);
        WriteSetting(settings, 1, 0);
        WriteSetting(settings[6..], 2, 0);
        WriteSetting(settings[12..], 4, LargestWindow);
        OpenWindow(LargestWindow - DefaultWindow);
    }

    private static void WriteSetting(Span<byte> into, ushort id, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into, id);
        BinaryPrimitives.WriteInt32BigEndian(into[2..], value);
    }

    private void OpenWindow(int bytes) => BinaryPrimitives.WriteInt32BigEndian(_output.Frame(FrameKind.WindowUpdate, 0, 0, 4), bytes);

    private void StartNext(int index, Workload load)
    {
        if (!load.TryNext(_random, out var kind, out var key)) return;
        _lastStream += 2;
        var template = _target.Template(kind);
        _callers[index] = new() { Stream = _lastStream, Kind = kind, Key = key, Window = _streamWindow, Started = Stopwatch.GetTimestamp() };
        _callerOf.Add(_lastStream, index);
        template.HeaderBlock.CopyTo(_output.Frame(FrameKind.Headers, EndHeaders, _lastStream, template.HeaderBlock.Length));
        if (!TrySendMessage(index)) _unsent.Add(index);
    }

    /// <summary>Writes as much of a request's message as the windows allow; false if some is left.</summary>
    private bool TrySendMessage(int index)
    {
        ref var caller = ref _callers[index];
        var template = _target.Template(caller.Kind);
        while (caller.Sent < template.MessageBytes)
        {
            var left = template.MessageBytes - caller.Sent;
            var piece = (int)Math.Min(Math.Min(left, FrameLimitBytes), Math.Min(_connectionWindow, caller.Window));
            if (piece < left && piece < template.HeadBytes) return false;
            var flags = piece == left ? EndStream : (byte)0;
            template.CopyTo(_output.Frame(FrameKind.Data, flags, caller.Stream, piece), caller.Sent, caller.Key);
            caller.Sent += piece;
            caller.Window -= piece;
            _connectionWindow -= piece;
        }

        return true;
    }

    private void SendUnsent()
    {
        for (var i = 0; i < _unsent.Count;)
        {
            if (TrySendMessage(_unsent[i])) _unsent.RemoveAt(i);
            else i++;
        }
    }

    private async Task ExchangeAsync(Workload load, Func<long> measureFrom, CancellationToken cancellationToken)
    {
        while (true)
        {
            for (var output = _output.Written; !output.IsEmpty;) output = output[await _socket!.SendAsync(output, SocketFlags.None, cancellationToken)..];
            _output.Clear();
            if (_callerOf.Count == 0) return;
            var received = await _socket!.ReceiveAsync(_input.AsMemory(_filled), SocketFlags.None, cancellationToken);
            if (received == 0) throw new IOException("the server closed the connection");
            _filled += received;
            TakeFrames(load, measureFrom());

            // What fails at once would otherwise be asked again at once, for ever.
            if (!_hasFailed) continue;
            _hasFailed = false;
            await PausedAsync(PauseAfterError, cancellationToken);
        }
    }

    private void Finish(int stream, int status, string? message, Workload load, long measureFrom)
    {
        if (!_callerOf.Remove(stream, out var index)) return;
        ref var caller = ref _callers[index];
        if (_unsent.Count > 0) _unsent.Remove(index);
        load.Ended(caller.Key, isAnswered: status == 0);
        if (status != 0)
        {
            _hasFailed = true;
            Counts.Failed($"{_target.Address}: {message ?? string.Create(CultureInfo.InvariantCulture, $"gRPC status {status}")}", 1);
        }
        else if (caller.Kind == LoadKind.Get && caller.Received < _target.ValueBytes)
        {
            Counts.Missed++;
        }
        else if (caller.Started >= measureFrom)
        {
            Counts.Of(caller.Kind).Record((long)Stopwatch.GetElapsedTime(caller.Started).TotalMicroseconds);
        }

        StartNext(index, load);
    }

    /// <summary>One caller's request under way.</summary>
    private struct Caller
    {
        public int Stream;
        public LoadKind Kind;
        public int Key;
        public long Started;
        public int Sent;
        public long Window;
        public int Received;
    }
}
