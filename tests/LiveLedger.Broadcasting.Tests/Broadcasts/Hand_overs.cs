using System.Buffers.Text;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Broadcasts;

/// <summary>What a hand-over leaves to the old owner.</summary>
public sealed class Hand_overs
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Before_the_start_nothing_that_the_old_owner_knew_opens_anything()
    {
        var handed = Created().Apply(new SignerCertified(s_at, "AAAA")).Apply(new BroadcastHandedOver(s_at, "newco", "identity", new('c', 64)));
        Assert.Equal(("newco", "identity"), (handed.Owner, handed.NamedIdentity));
        Assert.Null(handed.Certificate);
        Assert.Null(handed.Signer);
        Assert.Equal(Convert.FromHexString(new string('c', 64)), handed.IngestKeyHash);
        Assert.Throws<InvalidDataException>(() => Created().Apply(new BroadcastHandedOver(s_at, "newco", "identity", null)));
    }

    [Fact]
    public void While_it_is_live_who_publishes_goes_on_and_who_signed_stays_its_signer()
    {
        var live = Created().Apply(new SignerCertified(s_at, "AAAA")).Apply(new BroadcastStarted(s_at));
        var handed = live.Apply(new BroadcastHandedOver(s_at, "newco", "identity", null));
        Assert.Equal(("newco", "identity", BroadcastState.Live), (handed.Owner, handed.NamedIdentity, handed.State));
        Assert.Equal(live.Certificate, handed.Certificate);
        Assert.Equal(live.IngestKeyHash, handed.IngestKeyHash);
    }

    [Fact]
    public void It_is_read_back_as_it_was_written()
    {
        var handed = new BroadcastHandedOver(s_at, "newco", "identity", new('c', 64));
        Assert.Equal(handed, BroadcastEventJson.Read(BroadcastEventJson.TypeOf(handed), BroadcastEventJson.Write(handed)));
    }

    private static Broadcast Created()
    {
        using var session = Ed25519PrivateKey.Generate();
        return new Broadcast { Id = BroadcastId.New(TimeProvider.System) }.Apply(new BroadcastCreated(
            s_at, "Show", "acme", ProtectionScheme.Cbcs, Base64Url.EncodeToString(session.PublicKey.Value.ToArray()), new('b', 64)));
    }
}
