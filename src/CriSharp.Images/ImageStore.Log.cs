using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

public sealed partial class ImageStore
{
    [LoggerMessage(300, LogLevel.Error, "An image's record can't be used; it lies at {Path} now: pull the image again")]
    private partial void RecordBroken(string path, Exception broken);

    [LoggerMessage(301, LogLevel.Error, "Image {Image} is damaged, so its record was set aside: {Damage}; pull it again ({Names})")]
    private partial void ImageDamaged(string image, string damage, string names);

    [LoggerMessage(302, LogLevel.Error, "Layer {Layer} can't be used: {Reason}. It lies at {Path} now, with its files, on which containers may run")]
    private partial void LayerBroken(string layer, string path, string reason);

    [LoggerMessage(303, LogLevel.Warning, "The record of image {Image} has tags that another image has taken, and could not be put right")]
    private partial void TagsStay(string image, Exception failure);

    [LoggerMessage(304, LogLevel.Error, "The record of image {Image} could not be taken back after a change that failed: its names may be others after a restart")]
    private partial void NotTakenBack(string image, Exception failure);
}
