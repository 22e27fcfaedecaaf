using System.Globalization;
using System.Text;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Output;

/// <summary>etcdctl's plain lines. Keys and values are printed as they are: they need not be text.</summary>
internal sealed class PlainLines(Keyspace keys) : IDisposable
{
    private readonly BufferedStream _output = new(Console.OpenStandardOutput());

    public void Write(PutResponse answer)
    {
        Line("OK");
        if (answer.PrevKv is { } previous) Pair(previous);
    }

    public void Write(RangeResponse answer, bool isValueOnly)
    {
        foreach (var pair in answer.Kvs)
        {
            if (isValueOnly) Line(pair.Value.Span);
            else Pair(pair);
        }
    }

    public void Write(DeleteRangeResponse answer)
    {
        Line(answer.Deleted.ToString(CultureInfo.InvariantCulture));
        foreach (var pair in answer.PrevKvs) Pair(pair);
    }

    public void Write(TxnResponse answer)
    {
        Line(answer.Succeeded ? "SUCCESS" : "FAILURE");
        foreach (var response in answer.Responses)
        {
            Line("");
            switch (response.ResponseCase)
            {
                case ResponseOp.ResponseOneofCase.ResponseRange: Write(response.ResponseRange, isValueOnly: false); break;
                case ResponseOp.ResponseOneofCase.ResponsePut: Write(response.ResponsePut); break;
                case ResponseOp.ResponseOneofCase.ResponseDeleteRange: Write(response.ResponseDeleteRange); break;
                case ResponseOp.ResponseOneofCase.ResponseTxn: Write(response.ResponseTxn); break;
                default: break;
            }
        }
    }

    public void Line(string text) => Line(Encoding.UTF8.GetBytes(text));

    public void Dispose() => _output.Dispose();

    private void Pair(KeyValue pair)
    {
        Line(keys.Shown(pair.Key).Span);
        Line(pair.Value.Span);
    }

    private void Line(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _output.WriteByte((byte)'\n');
    }
}
