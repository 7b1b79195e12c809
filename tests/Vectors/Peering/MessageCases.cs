using LiveLedger.Cryptography;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

/// <summary>A message as it comes, and what it says; null if it cannot be read.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Message">Hexadecimal, in parts; <c>N*xx</c> stands for N bytes xx.</param>
/// <param name="Fields">What was read.</param>
internal sealed record MessageCase(string Name, string Message, object? Fields);

internal static class MessageCases
{
    private static readonly SegmentName s_segment = new(new(0x0123456789abcdef), 7, 0xfffffffe);

    public static IReadOnlyList<MessageCase> All()
    {
        const string Name = "0123456789abcdef00000007fffffffe";
        return
        [
            Case("hello", new Hello(Nonce(9), "a.b.c").ToMessage()),
            Case("hello of version 1", "0101", "32*09", "0005", "612e622e63"),
            Case("hello of version 3", "0103", "32*09", "0005", "612e622e63"),
            Case("hello without an admission", "0102", "32*09", "0000"),
            Case("hello whose admission is too long", "0102", "32*09", "1001", "4097*61"),
            Case("hello with the longest admission", "0102", "32*09", "1000", "4096*61"),
            Case("hello with a space", "0102", "32*09", "0003", "612061"),
            Case("hello with a byte more", "0102", "32*09", "0001", "6161"),
            Case("hello cut off", "0102", "31*09"),
            Case("proof", Proof.ToMessage(Filled(64, 5))),
            Case("proof cut off", "02", "63*05"),
            Case("proof with a byte more", "02", "65*05"),
            Case("have of all, some and none", Have.ToMessage([
                new(s_segment, 4096, Holding.All, default), new(s_segment with { Sequence = 1 }, 10, Holding.Some, new byte[] { 0x80, 0x40 }),
                new(s_segment with { Sequence = 2 }, 1, Holding.None, default)])),
            Case("have of nothing", "0300"),
            Case("have of 65 segments", "0341", string.Concat(Enumerable.Repeat(Name + "000101", 65))),
            Case("have of 64 segments", "0340", string.Concat(Enumerable.Repeat(Name + "000101", 64))),
            Case("have of a segment without chunks", "0301", Name, "000001"),
            Case("have of a segment of 4097 chunks", "0301", Name, "100101"),
            Case("have in a way that is none", "0301", Name, "000103"),
            Case("have of some that are all", "0301", Name, "000a02", "ffc0"),
            Case("have of some that are none", "0301", Name, "000a02", "0000"),
            Case("have of some with bits behind the end", "0301", Name, "000a02", "8001"),
            Case("have of all but the last", "0301", Name, "000a02", "ff80"),
            Case("have with a bitmap cut off", "0301", Name, "000a02", "80"),
            Case("have with a bitmap of all", "0301", Name, "000a01", "8000"),
            Case("have that says two and has one", "0302", Name, "000101"),
            Case("want", Written(24 + 1, static m => new Want(new(0xdeadbeef), s_segment, 4032, 64).Write(m))),
            Case("want beyond the last chunk", "04deadbeef", Name, "0fc10040"),
            Case("want of nothing", "04deadbeef", Name, "00000000"),
            Case("want of 65 chunks", "04deadbeef", Name, "00000041"),
            Case("want cut off", "04deadbeef", Name, "000000"),
            Case("want with a byte more", "04deadbeef", Name, "0000000100"),
            Case("one short chunk", "0500000001", "0002", "64*51", "0003", "aabbcc"),
            Case("four chunks", "0500000001", "0ffc", "64*51", "4000", "16384*11", "64*52", "4000", "16384*22", "64*53", "4000", "16384*33", "64*54", "0001", "44"),
            Case("four full chunks", "0500000001", "0000", "64*51", "4000", "16384*11", "64*52", "4000", "16384*22", "64*53", "4000", "16384*33", "64*54", "4000", "16384*44"),
            Case("five chunks", "0500000001", "0000", "64*51", "4000", "16384*11", "64*52", "4000", "16384*22", "64*53", "4000", "16384*33", "64*54", "4000", "16384*44", "64*55", "0001", "55"),
            Case("a chunk after a short one", "0500000001", "0000", "64*51", "0001", "11", "64*52", "0001", "22"),
            Case("a chunk too long", "0500000001", "0000", "64*51", "4001", "16385*11"),
            Case("a chunk of nothing", "0500000001", "0000", "64*51", "0000"),
            Case("no chunk", "0500000001", "0000"),
            Case("chunks beyond the last", "0500000001", "0fff", "64*51", "4000", "16384*11", "64*52", "0001", "44"),
            Case("a chunk without a statement", "0500000001", "0002", "0003", "aabbcc"),
            Case("a statement without a chunk", "0500000001", "0002", "64*51"),
            Case("a chunk cut off", "0500000001", "0000", "64*51", "0003", "aabb"),
            Case("no: busy", new No(new(1), NoReason.Busy).ToMessage()),
            Case("no for no reason", "060000000100"),
            Case("no for a reason of nobody", "060000000104"),
            Case("cancel", new Cancel(new(0xffffffff)).ToMessage()),
            Case("cancel cut off", "07000001"),
            Case("want record", new WantRecord(new(3), s_segment).ToMessage()),
            Case("want record with a byte more", "0800000003", Name, "00"),
            Case("want init", new WantInit(new(4), new(new Bytes32(Filled(32, 6)))).ToMessage()),
            Case("want init cut off", "0900000004", "31*06"),
            Case("a piece", Piece.ToMessage(new(4), 10, 7, [1, 2, 3])),
            Case("a piece beyond its end", "0a00000004", "0000000a", "00000008", "010203"),
            Case("a piece of nothing", "0a00000004", "0000000a", "00000000"),
            Case("a piece that begins at the end", "0a00000004", "0000000a", "0000000a", "01"),
            Case("a piece of something too long", "0a00000004", "00040001", "00000000", "01"),
            Case("a piece of the longest thing", "0a00000004", "00040000", "0003ffff", "01"),
            Case("a piece too long", "0a00000004", "00040000", "00000000", "65521*01"),
            Case("ping", new Ping(0x8000000000000001).ToMessage()),
            Case("pong", new Pong(1).ToMessage()),
            Case("pong with a byte more", "0c000000000000000100"),
            Case("sending", new Sending(true).ToMessage()),
            Case("not sending", new Sending(false).ToMessage()),
            Case("sending in a way that is none", "0d02"),
            Case("bye", new Bye(ByeReason.Offence).ToMessage()),
            Case("bye for no reason", "0e00"),
            Case("revoked", new Revoked("a.b.c").ToMessage()),
            Case("revoked with a line feed", "0f610a"),
            Case("revoked without a token", "0f"),
            Case("revoked too long", "0f", "4097*61"),
            Case("nothing", ""),
            Case("type 0", "00"),
            Case("a receipt", "10aabb"),
            Case("a receipt of nothing", "10"),
            Case("the longest receipt", "10", "4096*61"),
            Case("a receipt too long", "10", "4097*61"),
            Case("a fraud proof", "11aabb"),
            Case("a fraud proof of nothing", "11"),
            Case("the longest fraud proof", "11", "12288*61"),
            Case("a fraud proof too long", "11", "12289*61"),
            Case("a type that no version has", "12"),
            Case("a type of a later version", "40ffff"),
            Case("the longest of a later version", "ff", "65806*00"),
            Case("too long", "ff", "65807*00"),
        ];
    }

    /// <summary>What our reader says of a message.</summary>
    public static object? Describe(byte[] message)
    {
        if (!PeerMessage.TryReadType(message, out var type))
        {
            return null;
        }

        switch (type)
        {
            case PeerMessageType.Hello when Hello.TryRead(message, out var hello):
                return new { type = "hello", nonce = hello.Nonce.Value.ToString(), admission = Short(System.Text.Encoding.ASCII.GetBytes(hello.Admission)) };
            case PeerMessageType.Proof when Proof.TryRead(message, out var signature):
                return new { type = "proof", signature = Convert.ToHexStringLower(signature) };
            case PeerMessageType.Have when Have.TryRead(message, out var held):
                return new
                {
                    type = "have",
                    held = held.Select(static h => new
                    {
                        segment = Of(h.Segment),
                        chunks = h.Chunks,
                        holding = h.Holding.ToString().ToLowerInvariant(),
                        has = h.Holding == Holding.Some ? Enumerable.Range(0, h.Chunks).Where(h.Has) : null,
                    }),
                };
            case PeerMessageType.Want when Want.TryRead(message, out var want):
                return new { type = "want", request = want.Request.Value, segment = Of(want.Segment), first = want.First, count = want.Count };
            case PeerMessageType.Chunks when ChunkRun.TryRead(message, out var run):
                var (chunks, statements) = (new List<string>(), new List<string>());
                for (var n = 0; n < run.Count; n++)
                {
                    chunks.Add(Short(run[n]));
                    statements.Add(Convert.ToHexStringLower(run.StatementOf(n)));
                }

                return new { type = "chunks", request = run.Request.Value, first = run.First, chunks, statements };
            case PeerMessageType.No when No.TryRead(message, out var no):
                return new { type = "no", request = no.Request.Value, reason = (int)no.Reason };
            case PeerMessageType.Cancel when Cancel.TryRead(message, out var cancel):
                return new { type = "cancel", request = cancel.Request.Value };
            case PeerMessageType.WantRecord when WantRecord.TryRead(message, out var record):
                return new { type = "want-record", request = record.Request.Value, segment = Of(record.Segment) };
            case PeerMessageType.WantInit when WantInit.TryRead(message, out var init):
                return new { type = "want-init", request = init.Request.Value, hash = init.Hash.ToString() };
            case PeerMessageType.Piece when Piece.TryRead(message, out var piece):
                return new { type = "piece", request = piece.Request.Value, total = piece.Total, offset = piece.Offset, bytes = Short(piece.Bytes) };
            case PeerMessageType.Ping when Ping.TryRead(message, out var ping):
                return new { type = "ping", token = ping.Token.ToString("x16") };
            case PeerMessageType.Pong when Pong.TryRead(message, out var pong):
                return new { type = "pong", token = pong.Token.ToString("x16") };
            case PeerMessageType.Sending when Sending.TryRead(message, out var sending):
                return new { type = "sending", isOn = sending.IsOn };
            case PeerMessageType.Bye when Bye.TryRead(message, out var bye):
                return new { type = "bye", reason = (int)bye.Reason };
            case PeerMessageType.Revoked when Revoked.TryRead(message, out var revoked):
                return new { type = "revoked", token = Short(System.Text.Encoding.ASCII.GetBytes(revoked.Token)) };
            case PeerMessageType.Receipted when Receipted.TryRead(message, out var receipted):
                return new { type = "receipt", receipt = Short(receipted.Receipt.Span) };
            case PeerMessageType.Fraud when Fraud.TryRead(message, out var fraud):
                return new { type = "fraud", proof = Short(fraud.Proof.Span) };
            case >= (PeerMessageType)PeerMessage.FirstOptional:
                return new { type = "optional" };
            default:
                return null;
        }
    }

    /// <summary>Hexadecimal with <c>N*xx</c> for a run, made bytes.</summary>
    public static byte[] Expand(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(static part => part.Split('*') is [var count, var value]
        ? Filled(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), Convert.FromHexString(value)[0])
        : Convert.FromHexString(part))];

    private static string Of(SegmentName name) => $"{name.Track}/{name.Epoch}/{name.Sequence}";

    // As the vectors write bytes: a long run of one value as a count.
    private static string Short(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 64 && !bytes.ContainsAnyExcept(bytes[0]) ? $"{bytes.Length}*{bytes[0]:x2}" : Convert.ToHexStringLower(bytes);

    private static byte[] Written(int length, Func<byte[], int> write)
    {
        var message = new byte[length];
        Assert.Equal(length, write(message));
        return message;
    }

    private static MessageCase Case(string name, byte[] message) => new(name, Convert.ToHexStringLower(message), Describe(message));

    private static MessageCase Case(string name, params string[] parts)
    {
        var text = string.Join(' ', parts);
        return new(name, text, Describe(Expand(text)));
    }
}
