using System.Buffers.Binary;
using System.Security.Cryptography;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tests.Packaging;

/// <summary>
/// Reads a delivered segment as a player would (ISO/IEC 23001-7): saio points to the auxiliary information, saiz says its
/// sizes, and samples are decrypted by the platform's AES. Written apart from the packager.
/// </summary>
internal sealed class DeliveredSegment
{
    public List<byte[]> Clear { get; } = [];

    public List<(byte[] Iv, List<(int Clear, int Protected)> Subsamples, int Size)> Auxiliary { get; } = [];

    public List<ulong> DecodeTimes { get; } = [];

    public List<uint> Numbers { get; } = [];

    public List<uint> TopLevel { get; } = [];

    public static DeliveredSegment Read(ReadOnlySpan<byte> segment, byte[] key, byte[]? constantIv, bool isVideo)
    {
        var result = new DeliveredSegment();
        using var aes = Aes.Create();
        aes.SetKey(key);
        var top = new BoxReader(segment);
        while (top.TryRead(out var box))
        {
            result.TopLevel.Add(box.Type);
            if (box.Type == BoxType.Moof)
            {
                result.ReadFragment(segment[box.Offset..], box, aes, constantIv, isVideo);
            }
        }

        Assert.Null(top.Fault);
        return result;
    }

    private void ReadFragment(ReadOnlySpan<byte> fromMoof, in Box moof, Aes aes, byte[]? constantIv, bool isVideo)
    {
        Numbers.Add(U32(Find(moof.Body, BoxType.Mfhd), 4));
        var traf = Find(moof.Body, BoxType.Traf);
        var tfdt = Find(traf, BoxType.Tfdt);
        Assert.Equal(1, tfdt[0]);
        DecodeTimes.Add(BinaryPrimitives.ReadUInt64BigEndian(tfdt[4..]));
        var samples = new List<(int Offset, int Size)>();
        var boxes = new BoxReader(traf);
        while (boxes.TryFind(BoxType.Trun, out var trun))
        {
            var flags = U32(trun.Body, 0) & 0xffffff;
            Assert.True((flags & 1) != 0);
            var count = U32(trun.Body, 4);
            var offset = (int)U32(trun.Body, 8);
            var at = 12 + ((flags & 4) != 0 ? 4 : 0);
            for (var i = 0; i < count; i++)
            {
                at += (flags & 0x100) != 0 ? 4 : 0;
                var size = (int)U32(trun.Body, at);
                at += 4 + ((flags & 0x400) != 0 ? 4 : 0) + ((flags & 0x800) != 0 ? 4 : 0);
                samples.Add((offset, size));
                offset += size;
            }
        }

        var hasAuxiliary = isVideo || constantIv is null;
        var saiz = Find(traf, BoxType.Saiz, hasAuxiliary);
        var auxiliaryAt = hasAuxiliary ? (int)U32(Find(traf, BoxType.Saio), 8) : 0;
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = fromMoof.Slice(samples[i].Offset, samples[i].Size).ToArray();
            byte[] iv = constantIv ?? [];
            var subsamples = new List<(int Clear, int Protected)>();
            if (hasAuxiliary)
            {
                Assert.Equal((uint)samples.Count, U32(saiz, 5));
                var size = saiz[4] != 0 ? saiz[4] : saiz[9 + i];
                var info = fromMoof.Slice(auxiliaryAt, size);
                auxiliaryAt += size;
                if (constantIv is null)
                {
                    iv = [.. info[..8], .. new byte[8]];
                    info = info[8..];
                }

                if (isVideo)
                {
                    int entries = BinaryPrimitives.ReadUInt16BigEndian(info);
                    for (var j = 0; j < entries; j++)
                    {
                        subsamples.Add((BinaryPrimitives.ReadUInt16BigEndian(info[(2 + 6 * j)..]), (int)U32(info, 4 + 6 * j)));
                    }

                    Assert.Equal(info.Length, 2 + 6 * entries);
                }
            }

            Auxiliary.Add((iv, subsamples, sample.Length));
            Decrypt(sample, subsamples, iv, aes, isCounter: constantIv is null, isVideo);
            Clear.Add(sample);
        }
    }

    private static void Decrypt(
        byte[] sample, List<(int Clear, int Protected)> subsamples, byte[] iv, Aes aes, bool isCounter, bool isVideo)
    {
        var at = 0;
        var counter = iv.ToArray();
        foreach (var (clear, size) in isVideo ? subsamples : [(0, sample.Length)])
        {
            at += clear;
            var data = sample.AsSpan(at, size);
            at += size;
            if (isCounter)
            {
                for (var i = 0; i < data.Length; i += 16)
                {
                    var stream = aes.EncryptEcb(counter, PaddingMode.None);
                    for (var j = 0; j < Math.Min(16, data.Length - i); j++)
                    {
                        data[i + j] ^= stream[j];
                    }

                    BinaryPrimitives.WriteUInt64BigEndian(
                        counter.AsSpan(8), BinaryPrimitives.ReadUInt64BigEndian(counter.AsSpan(8)) + 1);
                }
            }
            else
            {
                var chain = iv.ToArray();
                for (var i = 0; i + 16 <= data.Length; i += isVideo ? 160 : 16)
                {
                    var block = data.Slice(i, 16);
                    var next = block.ToArray();
                    aes.DecryptCbc(next, chain, PaddingMode.None).CopyTo(block);
                    chain = next;
                }
            }
        }
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> parent, uint type, bool isExpected = true)
    {
        var reader = new BoxReader(parent);
        Assert.Equal(isExpected, reader.TryFind(type, out var box));
        return isExpected ? box.Body : default;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
