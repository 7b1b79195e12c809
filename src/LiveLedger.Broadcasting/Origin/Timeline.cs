using System.Text.Json;
using System.Text.Json.Serialization;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>One run of the publisher on the broadcast's timeline: what is added to its decode times, in whole seconds (exact in every timescale).</summary>
/// <param name="Number">Counts from 0.</param>
/// <param name="OffsetSeconds">Added to the publisher's decode times.</param>
/// <param name="StartSeconds">Where its first segment lies on the timeline, whole seconds: the start of its DASH Period.</param>
/// <param name="OpenedAt">When.</param>
internal sealed record Epoch(uint Number, ulong OffsetSeconds, ulong StartSeconds, DateTimeOffset OpenedAt);

/// <summary>
/// The broadcast's one timeline. A publisher that restarts at decode time 0 opens an epoch, whose offset is the same for
/// all tracks, so that they stay aligned by media time. Durable in <c>timeline.json</c> before a segment lies on it.
/// </summary>
internal sealed class Timeline
{
    /// <summary>Between the end of one epoch and the start of the next, so that a track that begins a little earlier than the one that opened the epoch does not lie on the one before.</summary>
    private const ulong MarginSeconds = 1;

    private readonly string _file;
    private readonly Lock _lock = new();
    private TimelineFile _state;

    /// <param name="directory">The broadcast's own folder.</param>
    /// <exception cref="InvalidDataException">The stored timeline is damaged.</exception>
    public Timeline(string directory)
    {
        _file = Path.Combine(directory, "timeline.json");
        _state = Read();
    }

    /// <summary>Wall-clock time of the timeline's zero: a segment that ends at media time t was first available about this plus t.</summary>
    public DateTimeOffset? AvailabilityStart => _state.AvailabilityStart;

    /// <summary>All epochs, oldest first.</summary>
    public IReadOnlyList<Epoch> Epochs => _state.Epochs;

    /// <summary>Reads what another process has written since.</summary>
    /// <exception cref="InvalidDataException">The stored timeline is damaged.</exception>
    public void Reload() => _state = Read();

    /// <summary>Opens the next epoch for a run whose first segment is [start, end) in its own seconds and arrived just now.</summary>
    /// <param name="start">Decode time of that segment, seconds.</param>
    /// <param name="end">Its end, seconds.</param>
    /// <param name="recorded">The farthest end of any track so far, seconds on this timeline.</param>
    /// <param name="now">Time of arrival.</param>
    public Epoch Open(double start, double end, double recorded, DateTimeOffset now)
    {
        lock (_lock)
        {
            var first = _state.AvailabilityStart is null;
            var zero = _state.AvailabilityStart ?? now - TimeSpan.FromSeconds(end);
            var offset = first
                ? 0
                : (ulong)Math.Max(0, Math.Max(
                    Math.Ceiling(recorded - start) + MarginSeconds,
                    // Time passed while nobody published: the timeline follows the clock, so that live edges stay true.
                    Math.Ceiling((now - zero).TotalSeconds - end)));
            var epoch = new Epoch((uint)_state.Epochs.Count, offset, (ulong)(offset + start), now);
            var next = new TimelineFile(zero, [.. _state.Epochs, epoch]);
            // A crash before this line: no epoch, the publisher's segment was not answered. After it: an epoch without
            // segments, which manifests leave out.
            DurableFile.Replace(_file, JsonSerializer.SerializeToUtf8Bytes(next, TimelineJson.Default.TimelineFile));
            _state = next;
            return epoch;
        }
    }

    private TimelineFile Read()
    {
        try
        {
            return File.Exists(_file)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(_file), TimelineJson.Default.TimelineFile) ?? throw new JsonException("empty")
                : new(null, []);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{_file} is damaged", e);
        }
    }
}

internal sealed record TimelineFile(DateTimeOffset? AvailabilityStart, IReadOnlyList<Epoch> Epochs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TimelineFile))]
internal sealed partial class TimelineJson : JsonSerializerContext;
