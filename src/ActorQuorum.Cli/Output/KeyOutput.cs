using System.Globalization;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Output;

/// <summary>Prints the answers of the KV service.</summary>
internal sealed class KeyOutput(OutputFormat format, Keyspace keys)
{
    public int Print(PutResponse answer) => format switch
    {
        OutputFormat.Json => JsonOutput.Print(json => new EtcdJson(json, keys).Write(answer)),
        OutputFormat.Table => PairTable.Print(PairTable.Pairs([answer.PrevKv], keys), $"written at revision {answer.Header.Revision}"),
        _ => Plain(lines => lines.Write(answer)),
    };

    /// <param name="answer">The answer.</param>
    /// <param name="isCount">Only the number of keys was asked for.</param>
    /// <param name="isValueOnly">Keys are left out of plain lines.</param>
    public int Print(RangeResponse answer, bool isCount, bool isValueOnly) => format switch
    {
        OutputFormat.Json => JsonOutput.Print(json => new EtcdJson(json, keys).Write(answer)),
        OutputFormat.Table => PairTable.Print(PairTable.Pairs(answer.Kvs, keys), Count(answer)),
        _ when isCount => Plain(lines => lines.Line(answer.Count.ToString(CultureInfo.InvariantCulture))),
        _ => Plain(lines => lines.Write(answer, isValueOnly)),
    };

    public int Print(DeleteRangeResponse answer) => format switch
    {
        OutputFormat.Json => JsonOutput.Print(json => new EtcdJson(json, keys).Write(answer)),
        OutputFormat.Table => PairTable.Print(PairTable.Pairs(answer.PrevKvs, keys), Deleted(answer)),
        _ => Plain(lines => lines.Write(answer)),
    };

    public int Print(TxnResponse answer) => format switch
    {
        OutputFormat.Json => JsonOutput.Print(json => new EtcdJson(json, keys).Write(answer)),
        OutputFormat.Table => PrintTables(answer),
        _ => Plain(lines => lines.Write(answer)),
    };

    public int Print(CompactionResponse answer, long revision) => format switch
    {
        OutputFormat.Json => JsonOutput.Print(json => new EtcdJson(json, keys).Write(answer)),
        OutputFormat.Table => PairTable.Print(null, $"compacted revision {revision}"),
        _ => Plain(lines => lines.Line($"compacted revision {revision}")),
    };

    private static string Count(RangeResponse answer) =>
        $"{answer.Kvs.Count} of {answer.Count} {(answer.Count == 1 ? "key" : "keys")} at revision {answer.Header?.Revision ?? 0}";

    private static string Deleted(DeleteRangeResponse answer) => $"{answer.Deleted} deleted at revision {answer.Header?.Revision ?? 0}";

    private int PrintTables(TxnResponse answer)
    {
        PairTable.Print(null, $"{(answer.Succeeded ? "SUCCESS" : "FAILURE")} at revision {answer.Header.Revision}");
        foreach (var response in answer.Responses)
        {
            _ = response.ResponseCase switch
            {
                ResponseOp.ResponseOneofCase.ResponseRange => Print(response.ResponseRange, false, false),
                ResponseOp.ResponseOneofCase.ResponsePut => PairTable.Print(PairTable.Pairs([response.ResponsePut.PrevKv], keys), "written"),
                ResponseOp.ResponseOneofCase.ResponseDeleteRange => Print(response.ResponseDeleteRange),
                ResponseOp.ResponseOneofCase.ResponseTxn => PrintTables(response.ResponseTxn),
                _ => ExitCode.Ok,
            };
        }

        return ExitCode.Ok;
    }

    private int Plain(Action<PlainLines> write)
    {
        using var lines = new PlainLines(keys);
        write(lines);
        return ExitCode.Ok;
    }
}
