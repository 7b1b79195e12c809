using System.Text.Encodings.Web;
using System.Text.Json;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Receipts;

/// <summary>
/// <c>tests/Vectors/receipts.json</c>: receipts, batches and forks, good and bad, and what a reader must say of them. Its receipts are written apart from the code that reads
/// them. After a change of the format: <c>LIVELEDGER_WRITE_VECTORS=1 dotnet test tests/Vectors -c Release</c>.
/// </summary>
public sealed class ReceiptVectors
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_committed_file_is_what_the_code_says()
    {
        var text = JsonSerializer.Serialize(
            new
            {
                Alice = Alice.PublicKey.ToString(),
                Bob = Bob.PublicKey.ToString(),
                Link = new { Offerer = Nonce(11).Value.ToString(), Answerer = Nonce(12).Value.ToString(), Id = LinkId.Of(Nonce(11), Nonce(12)).ToString() },
                Receipts = ReceiptCases.All(),
                Batches = BatchCases.All(),
                Forks = ForkCases.All(),
            },
            s_json) + "\n";
        if (Environment.GetEnvironmentVariable("LIVELEDGER_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(Repository.Vector("receipts.json"), text);
        }

        Assert.Equal(File.ReadAllText(Repository.Vector("receipts.json")), text);
    }

    [Fact]
    public void A_receipt_that_is_signed_here_has_the_bytes_of_one_written_by_hand()
    {
        var raw = new RawReceipt { Runs = [new(RawReceipt.Video, 1, 7, [33, 0, 31]), new(RawReceipt.Sound, 2, 0, [4096])], TotalChunks = 9000, TotalBytes = 99_000_000 };
        var signed = SignedReceipt.Sign(
            new()
            {
                Broadcast = Broadcast,
                Sender = PeerKey.Of(Alice.PublicKey),
                Receiver = PeerKey.Of(Bob.PublicKey),
                Link = LinkId.Of(Nonce(11), Nonce(12)),
                Period = 1,
                Number = 1,
                At = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_001_234),
                TotalChunks = 9000,
                TotalBytes = 99_000_000,
                Runs = [new(new TrackTag(RawReceipt.Video), 1, 7, new ushort[] { 33, 0, 31 }), new(new TrackTag(RawReceipt.Sound), 2, 0, new ushort[] { 4096 })],
            },
            Bob);
        Assert.Equal(raw.Signed(), signed.Bytes.ToArray());
        Assert.True(signed.Verify(Bob.PublicKey));
        Assert.False(signed.Verify(Alice.PublicKey));
        Assert.Equal(BatchCases.Raw([raw.Signed()]), ReceiptBatch.Sign(Broadcast, [signed], Alice).Bytes.ToArray());
    }

    [Fact]
    public void Every_kind_of_fork_has_a_case() =>
        Assert.Equal(Enum.GetValues<ForkKind>().Select(static k => (int?)k).Append(null).Order(), ForkCases.All().Select(static c => c.Kind).Distinct().Order());

    [Fact]
    public void Nothing_that_cannot_be_read_holds()
    {
        Assert.All(ReceiptCases.All().Where(static c => c.Fields is null), static c => Assert.False(c.Holds));
        Assert.Contains(ReceiptCases.All(), static c => c.Fields is not null && !c.Holds);
        Assert.Contains(BatchCases.All(), static c => c.Receipts is not null && !c.Holds);
    }
}
