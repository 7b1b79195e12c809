using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Broadcasting.Ingest;
using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Broadcasting.Tests.Ingest;

public sealed class Ingest_body
{
    [Fact]
    public async Task A_body_is_cut_into_init_and_fragments_wherever_its_bytes_are_split()
    {
        byte[] body = [.. Box("ftyp", 8), .. Box("moov", 100), .. Box("styp", 16), .. Box("sidx", 40), .. Box("moof", 60), .. Box("mdat", 500), .. Box("moof", 60), .. Box("mdat", 7)];
        for (var split = 1; split < body.Length; split += 13)
        {
            var units = await CutAsync(body, split);
            Assert.Equal([(true, false, 124), (false, true, 648), (false, false, 83)], units);
        }
    }

    [Fact]
    public async Task A_body_that_ends_within_a_box_is_refused()
    {
        byte[] body = [.. Box("moof", 60), .. Box("mdat", 500)];
        foreach (var length in (int[])[3, 8, 60, 68, 70, body.Length - 1])
        {
            Assert.Equal("body-malformed", await RefusalAsync(body[..length]));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    public async Task A_box_that_is_open_ended_or_shorter_than_its_header_is_refused(uint size)
    {
        var body = Box("moof", 60);
        BinaryPrimitives.WriteUInt32BigEndian(body, size);
        Assert.Equal("body-malformed", await RefusalAsync(body));
    }

    [Fact]
    public async Task A_box_that_declares_more_than_the_bound_is_refused_before_it_is_read()
    {
        var body = Box("moof", 60);
        BinaryPrimitives.WriteUInt32BigEndian(body, 0x7fffffff);
        Assert.Equal("segment-too-large", await RefusalAsync(body));
    }

    [Fact]
    public async Task A_segment_longer_than_the_bound_is_refused() =>
        Assert.Equal("segment-too-large", await RefusalAsync([.. Box("moof", 60), .. Box("mdat", 1 << 20)]));

    [Fact]
    public async Task A_64_bit_size_is_read_and_bounded()
    {
        var large = new byte[16 + 20];
        BinaryPrimitives.WriteUInt32BigEndian(large, 1);
        "moof"u8.CopyTo(large.AsSpan(4));
        BinaryPrimitives.WriteUInt64BigEndian(large.AsSpan(8), 36);
        Assert.Equal([(false, false, 36 + 18)], await CutAsync([.. large, .. Box("mdat", 10)], 5));
        BinaryPrimitives.WriteUInt64BigEndian(large.AsSpan(8), ulong.MaxValue);
        Assert.Equal("segment-too-large", await RefusalAsync(large));
    }

    [Fact]
    public void Any_bytes_end_in_units_or_a_refusal()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            try
            {
                CutAsync(bytes, 7).GetAwaiter().GetResult();
            }
            catch (RefusedException)
            {
            }
        }));
    }

    private static async Task<string> RefusalAsync(byte[] body) =>
        (await Assert.ThrowsAsync<RefusedException>(() => CutAsync(body, 64))).Refusal.Code;

    private static async Task<List<(bool IsInit, bool StartsSegment, int Length)>> CutAsync(byte[] body, int pieces)
    {
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < body.Length; at += pieces)
            {
                await pipe.Writer.WriteAsync(body.AsMemory(at, Math.Min(pieces, body.Length - at)));
            }

            await pipe.Writer.CompleteAsync();
        });
        var units = new List<(bool, bool, int)>();
        try
        {
            await foreach (var unit in new IngestBody(pipe.Reader, 1 << 20).ReadAsync(CancellationToken.None))
            {
                units.Add((unit.IsInit, unit.StartsSegment, unit.Bytes.Length));
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        return units;
    }

    private static byte[] Box(string type, int payload)
    {
        var box = new byte[8 + payload];
        BinaryPrimitives.WriteUInt32BigEndian(box, (uint)box.Length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        return box;
    }
}
