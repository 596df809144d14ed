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

    public IReadOnlyList<Image> All() => Current().Messages;

    /// <summary>All of them as one answer.</summary>
    public ListImagesResponse Response() => Current().Response;

    public Image Describe(ImageRecord record) => DescribeImage.ForStatus(record, inForce.Value.PinnedImages.Fit(record));

    private Listing Current()
    {
        var (records, pinned) = (images.List(), inForce.Value.PinnedImages);
        var last = _last;
        if (last is not null && ReferenceEquals(last.Records, records) && ReferenceEquals(last.Pinned, pinned))
        {
            return last;
        }

        return _last = new Listing(records, pinned, ReferenceEquals(last?.Pinned, pinned) ? last : null);
    }

    private sealed class Listing
    {
        private readonly Dictionary<ImageRecord, Image> _byRecord;

        public Listing(IReadOnlyList<ImageRecord> records, ImageNamePatterns pinned, Listing? before)
        {
            (Records, Pinned) = (records, pinned);
            _byRecord = new Dictionary<ImageRecord, Image>(records.Count, ReferenceEqualityComparer.Instance);
            foreach (var record in records)
            {
                _byRecord[record] = before?._byRecord.GetValueOrDefault(record) ?? DescribeImage.ForStatus(record, pinned.Fit(record)).Prepare();
            }

            Messages = [.. records.Select(record => _byRecord[record])];
            Response = new ListImagesResponse { Images = { Messages } }.Prepare();
        }

        public IReadOnlyList<ImageRecord> Records { get; }

        public ImageNamePatterns Pinned { get; }

        public IReadOnlyList<Image> Messages { get; }

        public ListImagesResponse Response { get; }
    }
}
