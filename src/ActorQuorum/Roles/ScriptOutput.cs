using System.Text;

namespace ActorQuorum.Roles;

/// <summary>
/// Makes log lines of what a script prints. A line is cut at a length, and past so many lines a second they are counted in place of
/// being written: a script that floods its output fills neither memory nor the log.
/// </summary>
internal sealed class ScriptOutput(Action<string> write, TimeProvider time)
{
    /// <summary>The most bytes of one line that are shown.</summary>
    public const int LineBytes = 1000;

    /// <summary>The most lines that are written at once.</summary>
    public const int BurstLines = 100;

    /// <summary>How many more may be written with each second that passes.</summary>
    public const int LinesPerSecond = 20;

    private readonly byte[] _line = new byte[LineBytes];
    private int _lineBytes;
    private long _cutBytes;
    private double _allowance = BurstLines;
    private long _allowanceAt = time.GetTimestamp();
    private long _leftOut;

    /// <summary>Takes what was printed.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Append(bytes[..end]);
            EndLine();
            bytes = bytes[(end + 1)..];
        }

        Append(bytes);
    }

    /// <summary>Nothing more is printed.</summary>
    public void End()
    {
        if (_lineBytes > 0) EndLine();
        ReportLeftOut();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var kept = Math.Min(bytes.Length, LineBytes - _lineBytes);
        bytes[..kept].CopyTo(_line.AsSpan(_lineBytes));
        _lineBytes += kept;
        _cutBytes += bytes.Length - kept;
    }

    private void EndLine()
    {
        if (IsAllowed())
        {
            ReportLeftOut();
            write(Shown(_line.AsSpan(0, _lineBytes)) + (_cutBytes > 0 ? $" … ({_cutBytes} bytes more)" : ""));
        }
        else
        {
            _leftOut++;
        }

        (_lineBytes, _cutBytes) = (0, 0);
    }

    private bool IsAllowed()
    {
        var now = time.GetTimestamp();
        _allowance = Math.Min(BurstLines, _allowance + (time.GetElapsedTime(_allowanceAt, now).TotalSeconds * LinesPerSecond));
        _allowanceAt = now;
        if (_allowance < 1) return false;
        _allowance--;
        return true;
    }

    private void ReportLeftOut()
    {
        if (_leftOut > 0) write($"… ({_leftOut} lines left out: it prints faster than {LinesPerSecond} lines a second)");
        _leftOut = 0;
    }

    /// <summary>What a terminal would obey is shown, not done.</summary>
    private static string Shown(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line).TrimEnd('\r').Replace('\t', ' ');
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c)) : text;
    }
}
