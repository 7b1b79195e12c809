using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Transparency.Tests.Tiles;

public sealed class EntryBundles
{
    [Fact]
    public void Entries_are_read_as_they_were_written()
    {
        var bundles = Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf().ArrayOf().Where(static b => b.Length is > 0 and <= TilePath.FullWidth);
        Prop.ForAll(bundles.ToArbitrary(), static entries =>
        {
            var bundle = EntryBundle.Format([.. entries.Select(static e => (ReadOnlyMemory<byte>)e)]);
            Assert.True(EntryBundle.TryParse(bundle, entries.Length, out var read));
            Assert.Equal(entries, read.Select(static e => e.ToArray()));
            Assert.False(EntryBundle.TryParse(bundle, entries.Length + 1, out _));
            Assert.False(EntryBundle.TryParse(bundle, entries.Length - 1, out _));
            Assert.False(EntryBundle.TryParse(bundle.AsMemory(0, bundle.Length - 1), entries.Length, out _));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_bytes_are_those_of_tlog_tiles()
        => Assert.Equal([0, 1, (byte)'a', 0, 0, 0, 2, (byte)'b', (byte)'c'], EntryBundle.Format(["a"u8.ToArray(), ReadOnlyMemory<byte>.Empty, "bc"u8.ToArray()]));

    [Fact]
    public void An_empty_or_overfull_bundle_is_refused()
    {
        Assert.False(EntryBundle.TryParse(ReadOnlyMemory<byte>.Empty, 0, out _));
        Assert.False(EntryBundle.TryParse(new byte[257 * 2], 257, out _));
        Assert.True(EntryBundle.TryParse(new byte[256 * 2], 256, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryBundle.Format([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryBundle.Format([new byte[65_536]]));
    }
}
