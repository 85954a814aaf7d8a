import CImage
import Foundation

/// Reads JPEG and PNG files as 8-bit RGB.
///
/// Content decides what a file is, not its name. JPEG: baseline and progressive, grey, RGB, CMYK and YCCK; the
/// EXIF orientation is applied. PNG: every kind; of 16 bits the upper 8 are kept, alpha is dropped. Pixels
/// equal those of Pillow's `ImageOps.exif_transpose(image).convert("RGB")` (which clips 16-bit grey, though,
/// where this scales it). Damage is an error, even where libraries by default paint what is missing grey, and
/// hostile files cost bounded memory.
public enum ImageDecoder {
    /// Decodes a file.
    ///
    /// - Throws: ``ImageError``, which names the file.
    public static func decode(contentsOf url: URL) throws(ImageError) -> Image {
        try decode(FileBytes.read(url), path: url.filePath)
    }

    /// Decodes a file that is in memory.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: what errors call the file.
    public static func decode(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
        guard !bytes.isEmpty else { throw .empty(path: path) }
        var info = cimage_info()
        try check(cimage_probe(bytes, bytes.count, &info), info, bytes, path)
        let (width, height) = (Int(info.width), Int(info.height))
        let count = width * height * 3
        var status = CIMAGE_OK
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = cimage_decode(bytes, bytes.count, buffer.baseAddress, count, &info)
            // After an error the bytes are dropped without having been looked at.
            initialized = status == CIMAGE_OK ? count : 0
        }
        try check(status, info, bytes, path)
        return Image(width: width, height: height, pixels: pixels)
    }

    private static func check(
        _ status: cimage_status, _ info: cimage_info, _ bytes: [UInt8], _ path: String
    ) throws(ImageError) {
        let reason = withUnsafeBytes(of: info.message) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        switch status {
        case CIMAGE_OK: return
        case CIMAGE_NOT_AN_IMAGE: throw .notAnImage(path: path, found: description(of: bytes))
        case CIMAGE_UNSUPPORTED: throw .unsupported(path: path, reason: reason)
        case CIMAGE_TOO_LARGE: throw .tooLarge(path: path, reason: reason)
        case CIMAGE_OUT_OF_MEMORY: throw .outOfMemory(path: path)
        default: throw .corrupt(path: path, reason: reason)
        }
    }

    /// What a file that is neither JPEG nor PNG looks like, for the error message.
    private static func description(of bytes: [UInt8]) -> String {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: text.utf8)
        }
        if has("GIF8") { return "a GIF" }
        if has("BM") { return "a BMP" }
        if has("RIFF") && has("WEBP", at: 8) { return "a WebP" }
        if has("II*\0") || has("MM\0*") { return "a TIFF" }
        if has("ftyp", at: 4) { return "an HEIF, AVIF or video file" }
        let isText = bytes.prefix(512).allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
        return isText ? "text" : "data of an unknown kind"
    }
}
