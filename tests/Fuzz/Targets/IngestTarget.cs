using System.Buffers;
using System.IO.Pipelines;
using LiveLedger.Broadcasting.Ingest;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Fuzz.Targets;

/// <summary>
/// The body of a publisher's request, through splitting, assembly and the whole pipeline onto a disk: it ends in segments
/// or a refusal, and what was sealed is in order.
/// </summary>
internal static class IngestTarget
{
    private static readonly Publisher s_publisher = new("fuzz", "127.0.0.1 fuzz", true);

    public static FuzzTarget Create()
    {
        var stage = new Lazy<Stage>(static () => new());
        return new("ingest", new LazySeeds(() => stage.Value.Seeds), input => stage.Value.Read(input));
    }

    /// <summary>Made on first use, so that other targets need no ffmpeg.</summary>
    private sealed class LazySeeds(Func<IReadOnlyList<byte[]>> make) : IReadOnlyList<byte[]>
    {
        public byte[] this[int index] => make()[index];

        public int Count => make().Count;

        public IEnumerator<byte[]> GetEnumerator() => make().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Stage
    {
        /// <summary>
        /// A broadcast is left for a new one after this many inputs: its disk and its memory are bounded, and so is what our own look at its
        /// segments allocates, which counts as the input's.
        /// </summary>
        private const int InputsPerBroadcast = 2_000;

        private readonly byte[] _init;
        private BroadcastPipeline? _broadcast;
        private TrackPipeline _track = null!;
        private string? _folder;
        private int _inputs;

        public Stage()
        {
            using var source = CmafSource.MakeTinyAsync().GetAwaiter().GetResult();
            _init = source.Init("0");
            var segments = source.Segments("0");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Clear();
            Seeds = [.. segments, [.. _init, .. segments[0]], [.. _init, .. segments.SelectMany(static s => s)]];
        }

        public IReadOnlyList<byte[]> Seeds { get; }

        public void Read(ReadOnlySpan<byte> input)
        {
            if (_inputs++ % InputsPerBroadcast == 0)
            {
                // On a thread of its own (a task that is waited for may run on this one): what a new broadcast allocates is
                // not the input's doing.
                var begin = new Thread(Begin);
                begin.Start();
                begin.Join();
            }

            try
            {
                ReadAsync(input.ToArray()).GetAwaiter().GetResult();
            }
            catch (RefusedException)
            {
            }

            var sealedSegments = _track.Track.View(0).Segments;
            for (var i = 1; i < sealedSegments.Count && i < 3; i++)
            {
                if (sealedSegments[^i].Sequence != sealedSegments[^(i + 1)].Sequence + 1 || sealedSegments[^i].DecodeTime < sealedSegments[^(i + 1)].DecodeTime)
                {
                    throw new FuzzException("segments are out of order");
                }
            }
        }

        private async Task ReadAsync(byte[] body)
        {
            var assembly = new SegmentAssembly(_track, s_publisher, 1 << 20);
            await foreach (var unit in new IngestBody(PipeReader.Create(new ReadOnlySequence<byte>(body)), 1 << 20).ReadAsync(CancellationToken.None))
            {
                if (await assembly.AddAsync(unit, CancellationToken.None) is not null)
                {
                    return;
                }
            }

            await assembly.FlushAsync(CancellationToken.None);
        }

        private void Clear()
        {
            _broadcast?.Dispose();
            if (_folder is not null)
            {
                Directory.Delete(_folder, recursive: true);
            }
        }

        private void Begin()
        {
            Clear();
            // Memory, where there is such a disk: a million fsyncs are not what is tested here.
            _folder = Directory.Exists("/dev/shm")
                ? Directory.CreateDirectory(Path.Combine("/dev/shm", $"liveledger-fuzz-{Environment.ProcessId}-{_inputs}")).FullName
                : Directory.CreateTempSubdirectory("liveledger-fuzz-").FullName;
            _broadcast = new(
                Recording.OpenToWrite(BroadcastId.New(TimeProvider.System), _folder), ProtectionScheme.Cbcs, KeyPeriodLength.Whole, KeySignalling.Init, new(Ed25519PrivateKey.Generate(), DateTimeOffset.MaxValue),
                new()
                {
                    CreateContentKeys = static (_, _, _) => Task.CompletedTask,
                    SegmentSealed = static (_, _, _, _, _) => { },
                    ContentKeyIdFor = static (_, _, _) => default,
                    ContentKeyFor = static (_, _, _) => new(default, new byte[ContentKey.Length]),
                    ViewerCount = static _ => 0,
                },
                TimeProvider.System, static _ => { });
            _track = _broadcast.Track(TrackName.TryParse("0", out var name) ? name : default);
            _ = _track.PutInitAsync(_init, s_publisher, CancellationToken.None).GetAwaiter().GetResult();
            _ = _track.PutSegmentAsync(Seeds[0], s_publisher, CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
