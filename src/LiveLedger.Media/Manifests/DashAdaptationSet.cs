using System.Globalization;
using System.Xml;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>One AdaptationSet of one Period: tracks of one kind, key and language. Elements stand in the schema's order.</summary>
internal static class DashAdaptationSet
{
    internal static void Write(
        XmlWriter xml, int id, IReadOnlyList<int> switchable, IReadOnlyList<ManifestTrack> tracks, in DashPeriod period, string licenceUrl)
    {
        var description = tracks[0].Description;
        xml.WriteStartElement("AdaptationSet");
        xml.WriteAttributeString("id", Text(id));
        xml.WriteAttributeString("contentType", description is VideoDescription ? "video" : "audio");
        xml.WriteAttributeString("mimeType", description is VideoDescription ? "video/mp4" : "audio/mp4");
        if (ManifestText.Language(description) is { } language)
        {
            xml.WriteAttributeString("lang", language);
        }

        xml.WriteAttributeString("segmentAlignment", "true");
        xml.WriteAttributeString("startWithSAP", "1");
        DashProtection.Write(xml, tracks[0].Scheme, period.CryptoPeriod is null ? null : period.InitOf(tracks[0]).KeyId, licenceUrl, tracks[0].Systems);
        if (switchable.Count > 0)
        {
            xml.WriteStartElement("SupplementalProperty");
            xml.WriteAttributeString("schemeIdUri", "urn:mpeg:dash:adaptation-set-switching:2016");
            xml.WriteAttributeString("value", string.Join(',', switchable.Select(static other => Text(other))));
            xml.WriteEndElement();
        }

        foreach (var track in tracks.OrderByDescending(static t => t.Bandwidth))
        {
            WriteRepresentation(xml, track, period);
        }

        xml.WriteEndElement();
    }

    private static void WriteRepresentation(XmlWriter xml, ManifestTrack track, in DashPeriod period)
    {
        xml.WriteStartElement("Representation");
        xml.WriteAttributeString("id", track.Name.Value);
        xml.WriteAttributeString("bandwidth", Text(track.Bandwidth));
        xml.WriteAttributeString("codecs", ManifestText.Codec(track.Description));
        switch (track.Description)
        {
            case VideoDescription video:
                xml.WriteAttributeString("width", Text(video.Width));
                xml.WriteAttributeString("height", Text(video.Height));
                if (track.FrameRate is { Denominator: > 0 } rate)
                {
                    xml.WriteAttributeString("frameRate", rate.Denominator == 1 ? Text(rate.Numerator) : $"{Text(rate.Numerator)}/{Text(rate.Denominator)}");
                }

                break;
            case AudioDescription audio:
                xml.WriteAttributeString("audioSamplingRate", Text(audio.SampleRate));
                xml.WriteStartElement("AudioChannelConfiguration");
                xml.WriteAttributeString("schemeIdUri", "urn:mpeg:dash:23003:3:audio_channel_configuration:2011");
                xml.WriteAttributeString("value", Text(audio.Channels));
                xml.WriteEndElement();
                break;
        }

        WriteTemplate(xml, track, [.. period.SegmentsOf(track)], period);
        xml.WriteEndElement();
    }

    private static void WriteTemplate(XmlWriter xml, ManifestTrack track, IReadOnlyList<ManifestSegment> segments, in DashPeriod period)
    {
        xml.WriteStartElement("SegmentTemplate");
        xml.WriteAttributeString("timescale", Text(track.Description.Timescale));
        // Media times run on across epochs, a Period's begin at 0: the offset takes them back (ISO/IEC 23009-1 §5.3.9.2).
        xml.WriteAttributeString("presentationTimeOffset", decimal.Round(period.StartSeconds * track.Description.Timescale).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("initialization", $"{track.Name}/{ManifestText.Init(period.Epoch, period.InitOf(track).InitPeriod)}");
        xml.WriteAttributeString("media", $"{track.Name}/$Number$.m4s");
        xml.WriteAttributeString("startNumber", Text(segments[0].Sequence));
        xml.WriteStartElement("SegmentTimeline");
        for (var i = 0; i < segments.Count;)
        {
            var run = i + 1;
            while (run < segments.Count && segments[run].Duration == segments[i].Duration && Follows(segments, run))
            {
                run++;
            }

            xml.WriteStartElement("S");
            if (i == 0 || !Follows(segments, i))
            {
                xml.WriteAttributeString("t", segments[i].DecodeTime.ToString(CultureInfo.InvariantCulture));
            }

            xml.WriteAttributeString("d", Text(segments[i].Duration));
            if (run - i > 1)
            {
                xml.WriteAttributeString("r", Text(run - i - 1));
            }

            xml.WriteEndElement();
            i = run;
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static bool Follows(IReadOnlyList<ManifestSegment> segments, int index) =>
        unchecked(segments[index - 1].DecodeTime + segments[index - 1].Duration) == segments[index].DecodeTime;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
