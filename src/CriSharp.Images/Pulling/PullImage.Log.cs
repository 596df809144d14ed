using Microsoft.Extensions.Logging;

namespace CriSharp.Images.Pulling;

public sealed partial class PullImage
{
    [LoggerMessage(330, LogLevel.Information, "Pulled {Reference}: image {Image}, {Layers} layers, {Bytes} bytes, in {Milliseconds} ms")]
    private partial void Pulled(string reference, string image, int layers, long bytes, long milliseconds);

    [LoggerMessage(331, LogLevel.Information, "{Reference} is here already: image {Image}")]
    private partial void UpToDate(string reference, string image);

    [LoggerMessage(332, LogLevel.Warning, "Layers that a failed pull of {Reference} had kept could not be freed; the next start does it")]
    private partial void KeptLayersStay(string reference, Exception failure);
}
