using CriSharp.Cri.V1;
using CriSharp.Daemon.Configuration;
using CriSharp.Images;

namespace CriSharp.Daemon.Services;

/// <summary>
/// All images in the words of the CRI. A kubelet asks for them all the time, and little changes: the messages are serialized once for each record,
/// and made anew when the pinned names change. Their fields can't be read.
/// </summary>
internal sealed class ListedImages(ImageStore images, OptionsInForce inForce)
{
    private volatile Listing? _last;

    public IReadOnlyList<Image> All()
    {
        var (records, pinned) = (images.List(), inForce.Value.PinnedImages);
        var last = _last;
        if (last is not null && ReferenceEquals(last.Records, records) && ReferenceEquals(last.Pinned, pinned))
        {
            return last.Messages;
        }

        _last = last = Listing.Of(records, pinned, ReferenceEquals(last?.Pinned, pinned) ? last : null);
        return last.Messages;
    }

    public Image Describe(ImageRecord record) => DescribeImage.ForStatus(record, inForce.Value.PinnedImages.Fit(record));

    private sealed record Listing(
        IReadOnlyList<ImageRecord> Records, ImageNamePatterns Pinned, IReadOnlyList<Image> Messages, Dictionary<ImageRecord, Image> ByRecord)
    {
        public static Listing Of(IReadOnlyList<ImageRecord> records, ImageNamePatterns pinned, Listing? before)
        {
            var messages = new Image[records.Count];
            var byRecord = new Dictionary<ImageRecord, Image>(records.Count, ReferenceEqualityComparer.Instance);
            for (var number = 0; number < messages.Length; number++)
            {
                var record = records[number];
                messages[number] = before?.ByRecord.GetValueOrDefault(record) ?? DescribeImage.ForStatus(record, pinned.Fit(record)).Prepare();
                byRecord[record] = messages[number];
            }

            return new Listing(records, pinned, messages, byRecord);
        }
    }
}
