using System.Buffers.Binary;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using static ActorQuorum.Tests.Transport.PeerMessageGenerators;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "RN-8")]
public class PeerCodecTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void Every_message_is_written_as_the_generated_classes_write_it() =>
        Check.One(Runs, Prop.ForAll(Any.ToArbitrary(), message =>
            Frame(message).AsSpan(PeerCodec.PrefixBytes).SequenceEqual(Generated.Frame(message).ToByteArray())));

    [Fact]
    public void Every_message_comes_back_as_it_went() =>
        Check.One(Runs, Prop.ForAll(Any.ToArbitrary(), message =>
            Text(PeerCodec.Read(Generated.Frame(message).ToByteArray(), Route)) == Text(message)));

    [Fact]
    public void The_generator_draws_every_kind_of_message()
    {
        var drawn = Any.Sample(2000).Select(m => (m as Consensus)?.Message.GetType() ?? m.GetType()).ToHashSet();
        var kinds = typeof(PeerMessage).Assembly.GetTypes().Concat(typeof(RaftMessage).Assembly.GetTypes())
            .Where(t => !t.IsAbstract && t != typeof(Consensus) && t != typeof(Ballot) && (t.IsSubclassOf(typeof(PeerMessage)) || t.IsSubclassOf(typeof(RaftMessage))));
        drawn.ShouldBe(kinds, ignoreOrder: true);
    }

    [Fact]
    public void The_length_prefix_is_little_endian_and_counts_the_frame_alone()
    {
        var frame = Frame(new Forward(1, RequestKind.Command, new byte[1000], TimeSpan.Zero));
        BinaryPrimitives.ReadUInt32LittleEndian(frame).ShouldBe((uint)frame.Length - 4);
    }

    [Fact]
    public void Garbage_is_refused_and_nothing_else_is_thrown() =>
        Check.One(Runs, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => ReadsOrRefuses(bytes)));

    [Fact]
    public void A_damaged_frame_is_read_or_refused_and_nothing_else_is_thrown()
    {
        var damaged =
            from message in Any
            let bytes = Generated.Frame(message).ToByteArray()
            from at in Gen.Choose(0, Math.Min(bytes.Length, 60) - 1)
            from value in Gen.Choose(0, 255)
            from length in Gen.Elements(bytes.Length, bytes.Length / 2, bytes.Length - 1)
            select bytes.Select((b, i) => i == at ? (byte)value : b).Take(length).ToArray();
        Check.One(Runs, Prop.ForAll(damaged.ToArbitrary(), bytes => ReadsOrRefuses(bytes)));
    }

    [Fact]
    public void An_unknown_field_is_passed_over_and_an_unknown_kind_of_message_is_refused()
    {
        byte[] unknown = [0xA2, 0x06, 1, 0, 0xA9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xAD, 0x06, 1, 2, 3, 4, 0xA0, 0x06, 9];
        byte[] body = [0x10, 7, .. unknown];
        byte[] frame = [.. unknown, 0x3A, (byte)body.Length, .. body];
        PeerCodec.Read(frame, Route).ShouldBe(new Consensus(new TimeoutNow(0, Route.From, Route.To, 7, Route.Incarnation)));
        Refused(unknown).ShouldContain("no message");
    }

    [Fact]
    public void A_frame_with_no_message_or_with_two_is_refused()
    {
        Refused([]).ShouldContain("no message");
        Refused([0x3A, 0, 0x3A, 0]).ShouldContain("two");
    }

    [Fact]
    public void A_negative_number_is_refused()
    {
        Refused(new Wired.Frame { Heartbeat = new() { Term = unchecked((ulong)-1) } }).ShouldContain("negative");
        Refused(new Wired.Frame { AppendEntries = new() { PreviousIndex = long.MaxValue } }).ShouldContain("out of range");
        Refused(new Wired.Frame { TimeoutNow = new() { Group = uint.MaxValue } }).ShouldContain("group");
        Refused(new Wired.Frame { Forward = new() { PatienceTicks = (ulong)PeerCodec.PatienceLimit.Ticks + 1 } }).ShouldContain("patience");
    }

    [Fact]
    public void Entries_that_do_not_follow_each_other_are_refused()
    {
        Refused(Appends(4, 2, (6, 2))).ShouldContain("do not follow");
        Refused(Appends(4, 2, (5, 2), (7, 2))).ShouldContain("follows");
        Refused(Appends(4, 2, (5, 3), (6, 2))).ShouldContain("follows");
        Refused(Appends(4, 2, (5, 1))).ShouldContain("do not follow");
        Refused(Appends(4, 2, (5, 9))).ShouldContain("do not follow");
        Refused(Appends(0, 0, (0, 0))).ShouldContain("begin at 1");
        PeerCodec.Read(Appends(4, 2, (5, 2), (6, 3)).ToByteArray(), Route).ShouldBeOfType<Consensus>();
    }

    [Fact]
    public void A_kind_or_phase_or_error_out_of_range_is_refused()
    {
        Refused(new Wired.Frame { Forward = new() { Kind = (Wired.RequestKind)3 } }).ShouldContain("request kind");
        Refused(new Wired.Frame { Introduction = new() { Phase = (Wired.FoundingPhase)3 } }).ShouldContain("phase");
        Refused(new Wired.Frame { ForwardReply = new() { Error = (Wired.ForwardError)99 } }).ShouldContain("error 99");
        var append = Appends(4, 2, (5, 2));
        append.AppendEntries.Entries[0].Kind = (Wired.EntryKind)3;
        Refused(append).ShouldContain("entry kind");
    }

    [Fact]
    public void A_view_with_nobody_or_somebody_twice_or_too_many_is_refused()
    {
        Refused(new Wired.Frame { Introduction = new() { View = { new Wired.Member() } } }).ShouldContain("nobody");
        Refused(new Wired.Frame { Introduction = new() { View = { new Wired.Member { Id = 1 }, new Wired.Member { Id = 1 } } } }).ShouldContain("twice");
        var many = Enumerable.Range(1, PeerCodec.ViewLimit + 1).Select(i => new Wired.Member { Id = (ulong)i });
        Refused(new Wired.Frame { Introduction = new() { View = { many } } }).ShouldContain("beyond");
    }

    [Fact]
    public void An_answer_that_does_not_bear_one_of_result_read_index_and_error_is_refused()
    {
        Refused(new Wired.Frame { ForwardReply = new() }).ShouldContain("does not bear one of");
        Refused(new Wired.Frame { ForwardReply = new() { Result = new(), Error = Wired.ForwardError.Stopped } }).ShouldContain("does not bear one of");
        Refused(new Wired.Frame { ForwardReply = new() { Result = new(), ReadIndex = 1 } }).ShouldContain("does not bear one of");
        Should.Throw<ArgumentException>(() => PeerCodec.TryMeasure(new ForwardReply(1, null, null, null), 100, out _));
    }

    [Fact]
    [Trait("Row", "CO-2")]
    public void Names_of_processors_that_are_none_or_out_of_order_or_too_many_are_refused()
    {
        Refused(Told("with space")).ShouldContain("a processor's name of 10 bytes is none");
        Refused(Told("")).ShouldContain("0 bytes");
        Refused(Told("ümlaut")).ShouldContain("7 bytes");
        Refused(Told(new string('x', ProcessFields.NameLimit + 1))).ShouldContain("65 bytes");
        Refused(Told("a", "a")).ShouldContain("'a' is named behind 'a'");
        Refused(Told("a", "B")).ShouldContain("'B' is named behind 'a'");
        string[] most = [.. Enumerable.Range(0, ProcessorSet.CountLimit).Select(i => $"p{i:D3}")];
        Refused(Told([.. most, "q"])).ShouldContain("more than 256");
        ((ProcessorsTold)PeerCodec.Read(Told(most).ToByteArray(), Route)).Names.ShouldBe(most);

        static Wired.Frame Told(params string[] names) => new() { ProcessorsTold = new() { Number = 1, Names = { names } } };
    }

    [Fact]
    [Trait("Row", "CO-2")]
    public void As_many_names_as_a_node_may_have_fit_the_smallest_frame()
    {
        var most = new ProcessorsTold((long)PeerCodec.NumberLimit - 1, [.. Enumerable.Range(0, ProcessorSet.CountLimit).Select(i => $"{i:D3}".PadRight(ProcessFields.NameLimit, 'x'))]);
        PeerCodec.TryMeasure(most, 64 << 10, out _).ShouldBeTrue();
    }

    /// <summary>An unknown kind closes the connection; so the question has the form of one that every release knows.</summary>
    [Fact]
    [Trait("Row", "CO-2")]
    public void To_an_earlier_release_the_question_for_processors_is_a_query_without_a_number()
    {
        var earlier = Wired.Frame.Parser.ParseFrom(Frame(new ProcessorsWanted(77)).AsSpan(PeerCodec.PrefixBytes).ToArray());
        earlier.Forward.ProcessorsWanted.ShouldBe(77UL);
        earlier.Forward.ProcessorsWanted = 0;
        var seen = PeerCodec.Read(earlier.ToByteArray(), Route).ShouldBeOfType<Forward>();
        (seen.RequestId, seen.Kind, seen.Payload.Length, seen.Patience).ShouldBe((0, RequestKind.Query, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_text_that_is_not_utf8_is_refused() => Refused([0x52, 5, 0x18, 1, 0x22, 1, 0xFF]).ShouldContain("UTF-8");

    [Fact]
    public void A_frame_over_the_limit_is_not_measured()
    {
        var message = new Forward(1, RequestKind.Command, new byte[100], TimeSpan.Zero);
        PeerCodec.TryMeasure(message, int.MaxValue, out var measured).ShouldBeTrue();
        PeerCodec.TryMeasure(message, measured.FrameBytes, out _).ShouldBeTrue();
        PeerCodec.TryMeasure(message, measured.FrameBytes - 1, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_patience_beyond_the_limits_is_cut_to_them()
    {
        Patience(TimeSpan.MaxValue).ShouldBe(PeerCodec.PatienceLimit);
        Patience(TimeSpan.FromSeconds(-1)).ShouldBe(TimeSpan.Zero);

        static TimeSpan Patience(TimeSpan sent) =>
            ((Forward)PeerCodec.Read(Frame(new Forward(1, RequestKind.Query, default, sent)).AsSpan(4), Route)).Patience;
    }

    [Fact]
    public void A_payload_does_not_keep_its_frame()
    {
        var frame = Frame(new Forward(1, RequestKind.Command, new byte[] { 1, 2, 3 }, TimeSpan.Zero));
        var read = (Forward)PeerCodec.Read(frame.AsSpan(4), Route);
        Array.Clear(frame);
        read.Payload.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Sending_allocates_nothing_for_an_entry()
    {
        var append = (Consensus)PeerCodec.Read(Appends(4, 2, [.. Enumerable.Range(5, 100).Select(i => (i, 2))]).ToByteArray(), Route);
        var target = new byte[10_000];
        Send();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Send();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Send()
        {
            PeerCodec.TryMeasure(append, target.Length, out var measured);
            PeerCodec.Write(measured, target);
        }
    }

    private static byte[] Frame(PeerMessage message)
    {
        PeerCodec.TryMeasure(message, int.MaxValue, out var measured).ShouldBeTrue();
        var bytes = new byte[measured.SizeBytes];
        PeerCodec.Write(measured, bytes);
        return bytes;
    }

    /// <summary>Records compare memory by reference; their text, with the contents written out, compares by value.</summary>
    private static string Text(PeerMessage message) => message switch
    {
        Consensus { Message: AppendEntries m } =>
            $"{m with { Entries = [] }} {string.Join(' ', m.Entries.Select(e => $"{e.Index} {e.Term} {e.Kind} {Convert.ToHexString(e.Payload.Span)}"))}",
        Consensus { Message: Introduction m } => $"{m with { View = [] }} {string.Join(' ', m.View)}",
        Forward m => $"{m with { Payload = default }} {Convert.ToHexString(m.Payload.Span)}",
        ForwardReply { Result: { } r } m =>
            $"{m with { Result = r with { Payload = default } }} {r.Error is null} {m.Detail is null} {Convert.ToHexString(r.Payload.Span)}",
        ForwardReply m => $"{m} {m.Detail is null}",
        SnapshotChunk m => $"{m with { Bytes = default }} {Convert.ToHexString(m.Bytes.Span)}",
        SnapshotProgress m => $"{m} {m.Detail is null}",
        ProcessorsTold m => $"{m with { Names = [] }} {string.Join(' ', m.Names)}",
        _ => message.ToString(),
    };

    private static Wired.Frame Appends(int previous, int previousTerm, params (int Index, int Term)[] entries) => new()
    {
        AppendEntries = new Wired.AppendEntries
        {
            Term = 4, PreviousIndex = (ulong)previous, PreviousTerm = (ulong)previousTerm,
            Entries = { entries.Select(e => new Wired.Entry { Index = (ulong)e.Index, Term = (ulong)e.Term, Payload = ByteString.CopyFrom(1, 2) }) },
        },
    };

    private static bool ReadsOrRefuses(byte[] bytes)
    {
        try
        {
            return PeerCodec.Read(bytes, Route) is not null;
        }
        catch (PeerProtocolException)
        {
            return true;
        }
    }

    private static string Refused(Wired.Frame frame) => Refused(frame.ToByteArray());

    private static string Refused(byte[] frame) => Should.Throw<PeerProtocolException>(() => PeerCodec.Read(frame, Route)).Message;
}
