using System.Buffers;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;

namespace LiveLedger.Interop.Media;

/// <summary>A source track, packaged.</summary>
internal sealed record PackagedTrack(byte[] Key, ReadOnlyMemory<byte> Init, IReadOnlyList<ReadOnlyMemory<byte>> Segments)
{
    public IEnumerable<ReadOnlyMemory<byte>> Stream => Segments.Prepend(Init);

    public static PackagedTrack Of(SourceTrack source, ProtectionScheme scheme, ulong offset = 0)
    {
        var key = "an obvious key.."u8.ToArray();
        using var content = new ContentKey(KeyId.Read("a key id of 16.."u8), key);
        var terms = scheme == ProtectionScheme.Cenc
            ? PackagingTerms.Cenc(content)
            : PackagingTerms.Cbcs(content, "constant vector."u8);
        Assert.True(TrackPackager.TryOpen(source.Init, terms, out var packager, out var fault), fault.ToString());
        using (packager)
        {
            var segments = new List<ReadOnlyMemory<byte>>();
            ulong iv = 1000;
            foreach (var segment in source.Segments)
            {
                var output = new ArrayBufferWriter<byte>();
                Assert.True(
                    packager.TryPackage(segment, (uint)segments.Count, offset, ref iv, output, out fault), fault.ToString());
                segments.Add(output.WrittenMemory);
            }

            return new(key, packager.Init, segments);
        }
    }
}
