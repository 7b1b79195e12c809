using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Reputation;

/// <summary>A broadcast's standings as bytes, to go on from after a start. The same state is the same bytes, however it came about. Our own, so they are trusted: not for what comes from outside.</summary>
public static class KeptReputation
{
    private const byte Version = 1;

    /// <summary>The bytes.</summary>
    public static byte[] Write(BroadcastReputation of)
    {
        var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        to.Write(Version);
        to.Write(of.Time);
        to.Write(of.Index);
        Many(to, of.Keys, static k => k.Value, (key, known) =>
        {
            Put(to, key.Value);
            Put(to, known.Peer.Value);
            to.Write((byte)known.Role);
            to.Write(known.Until);
        });
        Many(to, of.Peers, static p => p.Value, (peer, counts) =>
        {
            Put(to, peer.Value);
            Put(to, counts.Standing);
            Many(to, counts.Backers, static b => b.Value, (backer, epoch) =>
            {
                Put(to, backer.Value);
                to.Write(epoch);
            });
        });
        Many(to, of.Tracks, static t => Wide(t.Value), (tag, track) =>
        {
            to.Write(tag.Value);
            to.Write(track.Newest);
            Put(to, track.Bytes);
            foreach (var segment in track.Segments)
            {
                to.Write(segment.Sequence);
                to.Write(segment.Run);
                to.Write(segment.ByteLength);
                to.Write(segment.At);
            }
        });
        Many(to, of.Receivers, static r => r.Value, (receiver, credit) =>
        {
            Put(to, receiver.Value);
            to.Write(credit.At);
            Put(to, credit.Given);
            Many(to, credit.Tracks, static t => Wide(t.Value), (tag, track) =>
            {
                to.Write(tag.Value);
                to.Write(track.Newest);
                foreach (var chunks in track.Chunks)
                {
                    to.Write(chunks);
                }
            });
        });
        Many(to, of.Links, static l => Sha256Of(l), (name, link) =>
        {
            Put(to, name.Receiver.Value);
            Put(to, name.Link.Value);
            to.Write(link.Period);
            to.Write(link.At);
            to.Write(link.IsForked);
            to.Write(link.IsPunished);
            to.Write(link.Recent.Count);
            foreach (var receipt in link.Recent)
            {
                to.Write(receipt.Bytes.Length);
                to.Write(receipt.Bytes.Span);
            }
        });
        to.Flush();
        return stream.ToArray();
    }

    /// <summary>And back; null for another version's.</summary>
    /// <exception cref="InvalidDataException">They are not what was written.</exception>
    public static BroadcastReputation? Read(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes));
        if (from.ReadByte() != Version)
        {
            return null;
        }

        var of = new BroadcastReputation { Time = from.ReadInt64(), Index = from.ReadUInt64() };
        Times(from, () => of.Keys.Add(new(Take(from)), new(new(Take(from)), (PeerRole)from.ReadByte(), from.ReadInt64())));
        Times(from, () =>
        {
            var counts = new PeerCounts();
            of.Peers.Add(new(Take(from)), counts);
            counts.Standing = TakeStanding(from);
            Times(from, () => counts.Backers.Add(new(Take(from)), from.ReadInt64()));
        });
        Times(from, () =>
        {
            var track = new LoggedTrack();
            of.Tracks.Add(new(from.ReadUInt64()), track);
            track.Newest = from.ReadUInt32();
            Take(from, track.Bytes);
            for (var n = 0; n < track.Segments.Length; n++)
            {
                track.Segments[n] = new(from.ReadUInt32(), from.ReadUInt32(), from.ReadInt32(), from.ReadInt64());
            }
        });
        Times(from, () =>
        {
            var credit = new ReceiverCredit();
            of.Receivers.Add(new(Take(from)), credit);
            credit.At = from.ReadInt64();
            Take(from, credit.Given);
            Times(from, () =>
            {
                var track = credit.Of(new TrackTag(from.ReadUInt64()));
                track.Newest = from.ReadUInt32();
                for (var n = 0; n < track.Chunks.Length; n++)
                {
                    track.Chunks[n] = from.ReadUInt16();
                }
            });
        });
        Times(from, () =>
        {
            var link = new CountedLink();
            of.Links.Add((new(Take(from)), new(Take(from))), link);
            (link.Period, link.At, link.IsForked, link.IsPunished) = (from.ReadUInt32(), from.ReadInt64(), from.ReadBoolean(), from.ReadBoolean());
            Times(from, () => link.Remember(SignedReceipt.TryRead(from.ReadBytes(from.ReadInt32()), out var receipt) ? receipt : throw new InvalidDataException("a kept receipt cannot be read")));
        });
        of.CountLinks();
        return of;
    }

    private static void Put(BinaryWriter to, Standing standing)
    {
        to.Write(standing.Good);
        to.Write(standing.Bad);
        to.Write(standing.Epoch);
        to.Write(standing.Receipts);
        to.Write(standing.Bytes);
        to.Write(standing.Receivers);
        to.Write(standing.Forks);
        to.Write(standing.Convictions);
        to.Write(standing.IsConvicted);
        to.Write(standing.IsBanned);
        to.Write(standing.Index);
    }

    private static Standing TakeStanding(BinaryReader from) => new()
    {
        Good = from.ReadInt64(),
        Bad = from.ReadInt64(),
        Epoch = from.ReadInt64(),
        Receipts = from.ReadInt64(),
        Bytes = from.ReadInt64(),
        Receivers = from.ReadInt32(),
        Forks = from.ReadInt32(),
        Convictions = from.ReadInt32(),
        IsConvicted = from.ReadBoolean(),
        IsBanned = from.ReadBoolean(),
        Index = from.ReadUInt64(),
    };

    private static void Put(BinaryWriter to, EpochSums sums)
    {
        for (var n = 0; n < EpochSums.Length; n++)
        {
            to.Write(sums.Epochs[n]);
            to.Write(sums.Sums[n]);
        }
    }

    private static void Take(BinaryReader from, EpochSums sums)
    {
        for (var n = 0; n < EpochSums.Length; n++)
        {
            (sums.Epochs[n], sums.Sums[n]) = (from.ReadInt64(), from.ReadInt64());
        }
    }

    private static void Put(BinaryWriter to, Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        value.CopyTo(bytes);
        to.Write(bytes);
    }

    private static Bytes32 Take(BinaryReader from)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        from.BaseStream.ReadExactly(bytes);
        return new(bytes);
    }

    // In the order of their names' bytes: dictionaries have none that two processes would share.
    private static void Many<TKey, TValue>(BinaryWriter to, Dictionary<TKey, TValue> items, Func<TKey, Bytes32> order, Action<TKey, TValue> write) where TKey : notnull
    {
        to.Write(items.Count);
        foreach (var (key, value) in items.OrderBy(i => order(i.Key).ToString(), StringComparer.Ordinal))
        {
            write(key, value);
        }
    }

    private static void Times(BinaryReader from, Action read)
    {
        for (var n = from.ReadInt32(); n > 0; n--)
        {
            read();
        }
    }

    private static Bytes32 Wide(ulong value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return new(bytes);
    }

    private static Bytes32 Sha256Of((PeerKey Receiver, LinkId Link) name)
    {
        Span<byte> bytes = stackalloc byte[2 * Bytes32.Length];
        name.Receiver.Value.CopyTo(bytes);
        name.Link.Value.CopyTo(bytes[Bytes32.Length..]);
        return Sha256Hash.Of(bytes).Value;
    }
}
