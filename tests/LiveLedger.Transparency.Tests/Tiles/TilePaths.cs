using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Transparency.Tests.Tiles;

public sealed class TilePaths
{
    [Fact]
    public void Every_path_is_read_as_it_was_written()
    {
        var paths =
            from level in Gen.Choose(-1, TilePath.MaxLevel)
            from bits in Gen.Choose(0, 55)
            from low in Gen.Choose(0, int.MaxValue)
            from high in Gen.Choose(0, int.MaxValue)
            from width in Gen.Choose(1, TilePath.FullWidth)
            let index = (((ulong)high << 31) | (uint)low) & ((1UL << bits) - 1)
            select level < 0 ? TilePath.Entries(index, width) : TilePath.Hashes(level, index, width);
        Prop.ForAll(paths.ToArbitrary(), static path => TilePath.TryParse(path.ToString(), out var read) && read == path)
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("tile/0/000", 0, 0UL, 256)]
    [InlineData("tile/0/x001/x234/067", 0, 1234067UL, 256)]
    [InlineData("tile/1/255.p/17", 1, 255UL, 17)]
    [InlineData("tile/63/x001/000.p/255", 63, 1000UL, 255)]
    public void A_path_of_the_specification_is_read(string text, int level, ulong index, int width)
    {
        Assert.True(TilePath.TryParse(text, out var path));
        Assert.Equal(((int?)level, index, width), (path.Level, path.Index, path.Width));
        Assert.Equal(text, path.ToString());
    }

    [Fact]
    public void An_entry_bundle_is_read()
    {
        Assert.True(TilePath.TryParse("tile/entries/x273/067.p/112", out var path));
        Assert.True(path.IsEntries);
        Assert.Equal((273067UL, 112), (path.Index, path.Width));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile/")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/234")]
    [InlineData("tile/0/x001/x234")]
    [InlineData("tile/0/x001/xx34")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/12/")]
    [InlineData("tile/0/000.p/1.p/1")]
    [InlineData("tile/0/../000")]
    [InlineData("tile/0/00\u0660")]
    [InlineData("tile/8/0/000")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    public void Any_other_spelling_is_refused(string text) => Assert.False(TilePath.TryParse(text, out _));
}
