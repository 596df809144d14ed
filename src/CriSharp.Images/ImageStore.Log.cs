using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

public sealed partial class ImageStore
{
    [LoggerMessage(300, LogLevel.Error, "Image record {Path} can't be used and was set aside; pull the image again")]
    private partial void RecordBroken(string path, Exception broken);

    [LoggerMessage(301, LogLevel.Error, "Image {Image} lacks layer {Layer}, so its record was set aside; pull it again ({Names})")]
    private partial void LayerMissing(string image, string layer, string names);
}
