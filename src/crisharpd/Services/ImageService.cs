namespace CriSharp.Daemon.Services;

/// <summary>The CRI's ImageService.</summary>
internal sealed class ImageService : Cri.V1.ImageService.ImageServiceBase;
