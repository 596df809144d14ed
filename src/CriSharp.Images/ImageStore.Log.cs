using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

public sealed partial class ImageStore
{
    [LoggerMessage(300, LogLevel.Error, "An image's record can't be used; it lies at {Path} now: pull the image again")]
    private partial void RecordBroken(string path, Exception broken);

    [LoggerMessage(301, LogLevel.Error, "Image {Image} lacks layer {Layer}, so its record was set aside; pull it again ({Names})")]
    private partial void LayerMissing(string image, string layer, string names);

    [LoggerMessage(302, LogLevel.Error, "The record of layer {Layer} can't be used: {Reason}. It lies at {Path} now, with its files, on which containers may run")]
    private partial void LayerBroken(string layer, string path, string reason);
}
