using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Statements;

namespace LiveLedger.Relay.Tests;

/// <summary>What a relay makes of receipts and fraud proofs that come over a link.</summary>
public sealed class ServiceTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_receipt_for_what_came_is_taken_and_one_for_more_ends_the_link(int more, bool isTaken)
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        var self = swarm.Platform.Admit();
        using var peer = await swarm.LinkAsync(self);
        Assert.True(SignedRecord.TryParse(await peer.RecordAsync(0), out var record));
        await peer.SegmentAsync(0, record);
        var chunks = ChunkTree.CountFor(record.Record.ByteLength);
        var receipt = SignedReceipt.Sign(
            new()
            {
                Broadcast = swarm.Upstream.Broadcast,
                Sender = PeerKey.Of(peer.Handshake!.Other!.Key),
                Receiver = PeerKey.Of(self.Key.PublicKey),
                Link = peer.Handshake.Link!.Value,
                Period = 1,
                Number = 1,
                At = swarm.Platform.Now,
                TotalChunks = chunks + more,
                TotalBytes = record.Record.ByteLength,
                Runs = [new(peer.Segment(0).Track, 0, 0, new[] { (ushort)(chunks + more) })],
            },
            self.Key);
        await peer.SendAsync(new Receipted(receipt.Bytes).ToMessage());
        await peer.SendAsync(new Ping(1).ToMessage());
        if (isTaken)
        {
            await peer.ReceiveAsync(PeerMessageType.Pong);
        }
        else
        {
            Assert.Equal(ByeReason.Offence, await peer.UntilClosedAsync());
        }
    }

    [Fact]
    public async Task A_proof_sends_the_guilty_away_and_is_passed_on_and_an_accusation_does_nothing()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        var (guilty, accused) = (swarm.Platform.Admit(), swarm.Platform.Admit());
        using var liar = await swarm.LinkAsync(guilty);
        using var honest = await swarm.LinkAsync(accused);
        using var witness = await swarm.LinkAsync();
        using var other = await swarm.LinkAsync();
        Assert.True(SignedRecord.TryParse(await witness.RecordAsync(0), out var record));

        await witness.SendAsync(new Fraud(Proof(swarm, accused.Token, guilty.Key, record)).ToMessage());
        await honest.SendAsync(new Ping(1).ToMessage());
        await honest.ReceiveAsync(PeerMessageType.Pong);

        var proof = Proof(swarm, guilty.Token, guilty.Key, record);
        await witness.SendAsync(new Fraud(proof).ToMessage());
        Assert.Equal(ByeReason.NotAdmitted, await liar.UntilClosedAsync());
        Assert.True(Fraud.TryRead(await other.ReceiveAsync(PeerMessageType.Fraud), out var passedOn));
        Assert.Equal(proof, passedOn.Proof.ToArray());
        using var again = await swarm.LinkAsync(guilty);
        Assert.NotEqual(Peering.Links.LinkRefusal.None, again.Handshake!.IsUp ? Peering.Links.LinkRefusal.None : Peering.Links.LinkRefusal.Revoked);

        // A second proof of the same guilt is not passed on: whoever is guilty could make them without end.
        await witness.SendAsync(new Fraud(Proof(swarm, guilty.Token, guilty.Key, record)).ToMessage());
        await witness.SendAsync(new Ping(2).ToMessage());
        await witness.ReceiveAsync(PeerMessageType.Pong);
        await other.SendAsync(new Ping(3).ToMessage());
        Assert.True(Pong.TryRead(await FirstOfAsync(other, PeerMessageType.Pong, PeerMessageType.Fraud), out _));
    }

    [Fact]
    public async Task Who_is_admitted_as_pardoned_is_welcome_whatever_was_proved_before_and_a_new_lie_ends_that()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        var guilty = swarm.Platform.Admit();
        using var liar = await swarm.LinkAsync(guilty);
        using var witness = await swarm.LinkAsync();
        Assert.True(SignedRecord.TryParse(await witness.RecordAsync(0), out var record));
        var proof = Proof(swarm, guilty.Token, guilty.Key, record);
        await witness.SendAsync(new Fraud(proof).ToMessage());
        Assert.Equal(ByeReason.NotAdmitted, await liar.UntilClosedAsync());

        // The same right under another key, given later: as guilty until an admission says otherwise.
        using var changed = await swarm.LinkAsync(swarm.Platform.Admit(a => a with { Peer = guilty.Admission.Peer, IssuedAt = a.IssuedAt.AddSeconds(10) }));
        Assert.False(changed.Handshake!.IsUp);
        using var early = await swarm.LinkAsync(swarm.Platform.Admit(a => a with { Peer = guilty.Admission.Peer, PardonedAt = guilty.Admission.IssuedAt.AddSeconds(-1) }));
        Assert.False(early.Handshake!.IsUp);

        var pardoned = swarm.Platform.Admit(a => a with { Peer = guilty.Admission.Peer, IssuedAt = a.IssuedAt.AddSeconds(10), PardonedAt = guilty.Admission.IssuedAt });
        using var again = await swarm.LinkAsync(pardoned);
        Assert.True(again.Handshake!.IsUp);
        await witness.SendAsync(new Fraud(proof).ToMessage());
        await witness.SendAsync(new Ping(2).ToMessage());
        await witness.ReceiveAsync(PeerMessageType.Pong);
        await again.SendAsync(new Ping(3).ToMessage());
        await again.ReceiveAsync(PeerMessageType.Pong);

        await witness.SendAsync(new Fraud(Proof(swarm, pardoned.Token, pardoned.Key, record)).ToMessage());
        Assert.Equal(ByeReason.NotAdmitted, await again.UntilClosedAsync());
    }

    private static async Task<byte[]> FirstOfAsync(TestPeer peer, params PeerMessageType[] types)
    {
        while (await peer.ReceiveAsync() is { } message)
        {
            if (types.Contains((PeerMessageType)message[0]))
            {
                return message;
            }
        }

        throw new InvalidOperationException("the relay closed");
    }

    private static byte[] Proof(AdmittedRelay swarm, string admission, Ed25519PrivateKey signer, SignedRecord record)
    {
        var leaves = Enumerable.Range(0, ChunkTree.CountFor(record.Record.ByteLength)).Select(record.Leaf).ToArray();
        var stated = new Bytes32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        var statement = new byte[Ed25519PublicKey.SignatureLength];
        new ChunkStatement(record.Hash, 0, stated).Sign(signer, statement);
        return new ChunkFraudProof
        {
            Record = record.Cose,
            Certificate = swarm.Upstream.Files["signer"],
            Admission = admission,
            Chunk = 0,
            Stated = stated,
            Statement = statement,
            Leaf = leaves[0],
            Path = MerklePath.Of(leaves, 0),
        }.ToBytes();
    }
}
