using System.Text.Encodings.Web;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

/// <summary>
/// <c>tests/Vectors/peering.json</c>: admissions, revocations, proofs and messages, good and bad, and what a reader must say of them. The player's reader, written apart
/// from ours, says the same. After a change of the format: <c>LIVELEDGER_WRITE_VECTORS=1 dotnet test tests/Vectors -c Release</c>.
/// </summary>
public sealed class PeeringVectors
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
                Issuer,
                Keys = new Dictionary<string, object>
                {
                    ["platform"] = KeyOf(Platform),
                    ["broadcaster"] = KeyOf(Broadcaster),
                    ["alice"] = KeyOf(Alice),
                    ["bob"] = KeyOf(Bob),
                },
                Admissions = AdmissionCases.All(),
                Revocations = AdmissionCases.Revocations(),
                Proofs = ProofCases.All(),
                Messages = MessageCases.All(),
            },
            s_json) + "\n";
        if (Environment.GetEnvironmentVariable("LIVELEDGER_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(Repository.Vector("peering.json"), text);
        }

        Assert.Equal(File.ReadAllText(Repository.Vector("peering.json")), text);
    }

    [Fact]
    public void Every_refusal_of_an_admission_has_a_case() =>
        Assert.Equal(Enum.GetValues<AdmissionRefusal>().Length, AdmissionCases.All().Select(static c => c.Expected).Distinct().Count());

    [Fact]
    public void Every_message_that_is_read_is_written_again_as_it_was() => Assert.All(MessageCases.All().Where(static c => c.Fields is not null), static given =>
    {
        var message = MessageCases.Expand(given.Message);
        if (message[0] < PeerMessage.FirstOptional)
        {
            Assert.Equal(message, RewrittenMessage.Of(message));
        }
    });

    [Fact]
    public void Every_type_is_taken_and_refused()
    {
        var cases = MessageCases.All().Where(static c => c.Message.Length > 0).ToLookup(static c => (PeerMessageType)MessageCases.Expand(c.Message)[0], static c => c.Fields is not null);
        Assert.All(Enum.GetValues<PeerMessageType>().Except([PeerMessageType.Ping, PeerMessageType.WantRecord, PeerMessageType.Cancel]), type => Assert.Contains(true, cases[type]));
        Assert.All(Enum.GetValues<PeerMessageType>().Except([PeerMessageType.Ping]), type => Assert.Contains(false, cases[type]));
    }

    [Fact]
    public void A_proof_holds_for_its_own_side_key_and_channel_alone()
    {
        foreach (var link in new[] { ProofCases.Link, ProofCases.RelayLink })
        {
            var (alices, bobs) = (link.Sign(LinkSide.Offerer, Alice), link.Sign(LinkSide.Answerer, Bob));
            Assert.True(link.Verify(LinkSide.Offerer, alices));
            Assert.True(link.Verify(LinkSide.Answerer, bobs));

            // Sent back to its maker.
            Assert.False(link.Verify(LinkSide.Answerer, alices));
            // By somebody else.
            Assert.False(link.Verify(LinkSide.Offerer, link.Sign(LinkSide.Offerer, Bob)));
            // Each field of it.
            Assert.All(
                new[]
                {
                    link with { Broadcast = OtherBroadcast }, link with { Offerer = link.Offerer with { Nonce = Nonce(99) } }, link with { Answerer = link.Answerer with { Nonce = Nonce(99) } },
                    link with { Answerer = link.Answerer with { Key = Platform.PublicKey } }, link with { Channel = ChannelBinding.Dtls(new(Filled(32, 13)), new(Filled(32, 99))) },
                    link with { Channel = ChannelBinding.Dtls(new(Filled(32, 99)), new(Filled(32, 14))) }, link with { Channel = ChannelBinding.Relay("https://relay.example:444") },
                },
                other => Assert.False(other.Verify(LinkSide.Offerer, alices)));
            // Itself.
            var self = link with { Answerer = link.Offerer };
            Assert.False(self.Verify(LinkSide.Offerer, self.Sign(LinkSide.Offerer, Alice)));
        }
    }

    private static object KeyOf(Ed25519PrivateKey key)
    {
        var seed = new byte[Ed25519PrivateKey.SeedLength];
        key.ExportSeed(seed);
        return new { Seed = Convert.ToHexStringLower(seed), Public = key.PublicKey.ToString(), Text = StrictBase64Url.Encode(key.PublicKey.Value.ToArray()) };
    }
}
