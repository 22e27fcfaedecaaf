using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace ActorQuorum.Cli.Logging;

/// <summary>Writes log events on a thread of its own, so that a terminal that stands still (Ctrl-S) never holds up a node.</summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    private const int QueuedEvents = 4096;
    private static readonly TimeSpan LastWordPatience = TimeSpan.FromMilliseconds(500);
    private static readonly MessageTemplate DroppedTemplate =
        new MessageTemplateParser().Parse("{Dropped} log lines were dropped here: the output is slower than the log");

    private readonly Channel<LogEvent> _queue =
        Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(QueuedEvents) { SingleReader = true });

    private readonly ILogEventSink _slow;
    private readonly Thread _thread;
    private int _dropped;

    public BackgroundSink(ILogEventSink slow)
    {
        _slow = slow;
        _thread = new Thread(Write) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        if (!_queue.Writer.TryWrite(logEvent))
            Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        if (_thread.Join(LastWordPatience))
            (_slow as IDisposable)?.Dispose();
    }

    private void Write()
    {
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_queue.Reader.TryRead(out var logEvent))
            {
                _slow.Emit(logEvent);
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                    _slow.Emit(Dropped(logEvent.Timestamp, dropped));
            }
        }
    }

    private static LogEvent Dropped(DateTimeOffset time, int count) =>
        new(time, LogEventLevel.Warning, null, DroppedTemplate, [new LogEventProperty("Dropped", new ScalarValue(count))]);
}
