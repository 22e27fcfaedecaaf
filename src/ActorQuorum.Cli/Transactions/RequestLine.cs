using System.CommandLine;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Transactions;

/// <summary>One request of a transaction: <c>put</c>, <c>get</c> or <c>del</c> with the words that the commands of these names take.</summary>
internal sealed class RequestLine
{
    private readonly Command _words = new("txn");
    private readonly Command _put = new("put");
    private readonly Command _get = new("get");
    private readonly Command _delete = new("del");
    private readonly PutSyntax _putSyntax = new();
    private readonly RangeSyntax _rangeSyntax = new();
    private readonly DeleteSyntax _deleteSyntax = new();
    private readonly Keyspace _keys;

    public RequestLine(Keyspace keys)
    {
        _keys = keys;
        _putSyntax.AddTo(_put);
        _rangeSyntax.AddTo(_get);
        _deleteSyntax.AddTo(_delete);
        foreach (var command in (Command[])[_put, _get, _delete]) _words.Add(command);
    }

    /// <exception cref="FormatException">The line is none.</exception>
    public RequestOp Parse(string line)
    {
        var words = Words.Split(line);
        if (words[0] is not ("put" or "get" or "del")) throw new FormatException($"'{words[0]}' is no request: there are put, get and del");
        var parsed = _words.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0) throw new FormatException(string.Join(" ", parsed.Errors.Select(error => error.Message)));
        try
        {
            return words[0] switch
            {
                "put" => new() { RequestPut = _putSyntax.Read(parsed, _keys) },
                "get" => new() { RequestRange = _rangeSyntax.Read(parsed, _keys) },
                _ => new() { RequestDeleteRange = _deleteSyntax.Read(parsed, _keys) },
            };
        }
        catch (CommandFailedException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
