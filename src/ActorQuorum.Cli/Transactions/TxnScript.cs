using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Transactions;

/// <summary>
/// Reads a transaction in etcdctl's language: compares, a blank line, requests for the case that all hold, a blank line, requests for the
/// case that one does not. What is missing at the end is empty.
/// </summary>
/// <param name="input">The lines.</param>
/// <param name="keys">The namespace.</param>
/// <param name="conversation">Where someone who types is prompted and may mend a line; null if nobody types.</param>
internal sealed class TxnScript(TextReader input, Keyspace keys, TextWriter? conversation)
{
    // What the store takes in one transaction is far less; this bounds what is read for it.
    private const int MostLines = 10_000;

    private int _line;
    private bool _hasEnded;

    /// <exception cref="CommandFailedException">A line is malformed; says which and why.</exception>
    public TxnRequest Read()
    {
        var requests = new RequestLine(keys);
        var txn = new TxnRequest();
        ReadPart("compares:", line => txn.Compare.Add(Comparison.Parse(line, keys)));
        ReadPart("success requests (get, put, del):", line => txn.Success.Add(requests.Parse(line)));
        ReadPart("failure requests (get, put, del):", line => txn.Failure.Add(requests.Parse(line)));
        return txn;
    }

    private void ReadPart(string title, Action<string> take)
    {
        conversation?.WriteLine(title);
        while (!_hasEnded && NextLine() is { } line)
        {
            try
            {
                take(line);
            }
            catch (FormatException e) when (conversation is not null)
            {
                conversation.WriteLine($"actorquorum: {e.Message.TrimEnd('.')}. Type the line again.");
            }
            catch (FormatException e)
            {
                throw new CommandFailedException(ExitCode.Usage, $"line {_line} of the transaction, '{line}': {e.Message.TrimEnd('.')}.", e);
            }
        }

        conversation?.WriteLine();
    }

    /// <summary>The part's next line, or null at its end.</summary>
    private string? NextLine()
    {
        if (++_line > MostLines) throw new CommandFailedException(ExitCode.Usage, $"the transaction has over {MostLines} lines: split it.");
        var line = input.ReadLine();
        _hasEnded = line is null;
        return string.IsNullOrWhiteSpace(line) ? null : line.Trim();
    }
}
