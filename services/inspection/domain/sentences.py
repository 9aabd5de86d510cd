"""What the attention desk says of each reason, in Vietnamese and English: what was found and what to do."""

SENTENCES: dict[str, tuple[str, str]] = {
    "record-rejected": (
        "Không đọc được bản ghi {record} ({code}: {detail}). Dữ liệu gốc đã được giữ; yêu cầu kiểm định viên ghi lại.",
        "Record {record} cannot be read ({code}: {detail}). Its bytes are kept; ask the inspector to record it anew.",
    ),
    "record-conflict": (
        "Có hai nội dung khác nhau dưới cùng mã {record}. Cả hai được giữ; hãy đối chiếu và quyết định.",
        "Two different contents came under the id {record}. Both are kept; compare them and decide.",
    ),
    "bad-hash": (
        "Mã băm của bản ghi {record} không khớp nội dung. Kiểm tra máy tính bảng {tablet}.",
        "The hash of record {record} does not fit its content. Check tablet {tablet}.",
    ),
    "bad-signature": (
        "Chữ ký của bản ghi {record} không phải của máy tính bảng {tablet}. Kiểm tra máy và người gửi.",
        "The signature of record {record} is not that of tablet {tablet}. Check the tablet and who sent it.",
    ),
    "chain-gap": (
        "Máy tính bảng {tablet} chưa gửi bản ghi số {sequence}. Yêu cầu đồng bộ lại máy này.",
        "Tablet {tablet} has not handed in its record number {sequence}. Have it synchronised again.",
    ),
    "chain-broken": (
        "Bản ghi số {sequence} của máy {tablet} không nối tiếp bản ghi trước nó. Chuỗi có thể đã bị sửa.",
        "Record number {sequence} of tablet {tablet} does not follow the one before. The chain may have been altered.",
    ),
    "chain-fork": (
        "Máy tính bảng {tablet} có hai bản ghi cùng số {sequence}. Có thể máy đã được khôi phục từ bản sao cũ.",
        "Tablet {tablet} handed in two records numbered {sequence}. It may have been restored from an old copy.",
    ),
    "tablet-suspended": (
        "Bản ghi {record} đến từ máy tính bảng {tablet} đang bị đình chỉ hoặc đã xóa. Bản ghi được giữ; hãy đối chiếu.",
        "Record {record} came from tablet {tablet}, which is suspended or wiped. It is kept; find out who recorded it.",
    ),
    "clock-off": (
        "Đồng hồ của máy tính bảng {tablet} lệch {seconds} giây. Chỉnh giờ; thời điểm kiểm định đã được hiệu chỉnh.",
        "The clock of tablet {tablet} is {seconds} s off. Set it; the time of verification has been corrected.",
    ),
    "instrument-unknown": (
        "Bản ghi {record} nói về phương tiện đo {instrument} chưa có trong sổ đăng ký. Đăng ký phương tiện đó.",
        "Record {record} is about instrument {instrument}, which is not in the register. Register it.",
    ),
    "instrument-no-identity": (
        "Phương tiện đo {instrument} không có số hiệu. Cấp số cho phương tiện trước khi cấp giấy chứng nhận.",
        "Instrument {instrument} has no serial number. Assign one before a certificate is issued.",
    ),
    "serial-not-reserved": (
        "Số hiệu {serial} trên phương tiện đo {instrument} không phải số dành cho máy {tablet}. Đối chiếu lại.",
        "Serial number {serial} on instrument {instrument} was not reserved for tablet {tablet}. Compare the two.",
    ),
    "serial-taken": (
        "Số hiệu {serial} đã có trên phương tiện đo {other} và nay trên {instrument}. Đánh số lại một trong hai.",
        "Serial number {serial} stands on instrument {other} and now on {instrument} too. Renumber one of them.",
    ),
    "serial-was-cancelled": (
        "Số hiệu {serial} đã hủy nhưng được đánh lên phương tiện đo {instrument}. Số vẫn giữ; kiểm tra máy {tablet}.",
        "Serial number {serial} was cancelled, yet put on instrument {instrument}. It stands; look at tablet {tablet}.",
    ),
    "serial-differs": (
        "Phương tiện đo {instrument} được đánh số {serial} tại chỗ nhưng sổ đăng ký ghi {registered}. Sửa cho khớp.",
        "Instrument {instrument} was numbered {serial} on the spot, and the register says {registered}. Make them agree.",
    ),
    "instrument-retired": (
        "Phương tiện đo {instrument} đã ngừng sử dụng. Kiểm tra lại sổ đăng ký.",
        "Instrument {instrument} is retired. Check the register.",
    ),
    "instrument-barred": (
        "Phương tiện đo {instrument} đang bị cấm sử dụng: chỉ kiểm định sau sửa chữa mới có giá trị.",
        "Instrument {instrument} is barred from use: only a verification after repair can release it.",
    ),
    "type-differs": (
        "Bản ghi nói loại {told}, sổ đăng ký ghi loại {known}. Xác định loại đúng của phương tiện đo.",
        "The record says type {told}, the register type {known}. Find out which is right.",
    ),
    "type-unknown": (
        "Danh mục không có loại {type} vào ngày {day}. Bổ sung danh mục.",
        "The catalogue has no type {type} on {day}. Complete the catalogue.",
    ),
    "regime-not-allowed": (
        "Danh mục không quy định chế độ {regime} cho loại {type}. Kiểm tra chế độ kiểm định.",
        "The catalogue does not provide the regime {regime} for type {type}. Check the regime.",
    ),
    "repair-reason-missing": (
        "Kiểm định sau sửa chữa nhưng không ghi lý do. Hỏi kiểm định viên.",
        "A verification after repair without its reason. Ask the inspector.",
    ),
    "inspector-unknown": (
        "Không có kiểm định viên {inspector} trong sổ đăng ký.",
        "There is no inspector {inspector} in the register.",
    ),
    "inspector-suspended": (
        "Thẻ của kiểm định viên {inspector} đang bị đình chỉ (TT 24/2013 Điều 36).",
        "The card of inspector {inspector} is suspended (TT 24/2013 Art. 36).",
    ),
    "card-expired": (
        "Thẻ của kiểm định viên {inspector} hết hạn ngày {until}, trước ngày kiểm định {day}.",
        "The card of inspector {inspector} expired on {until}, before the day of verification {day}.",
    ),
    "card-type": (
        "Thẻ của kiểm định viên {inspector} không gồm loại {type}.",
        "The card of inspector {inspector} does not cover type {type}.",
    ),
    "standard-missing": (
        "Bản ghi không nêu chuẩn đo lường nào (TT 24/2013 Điều 43).",
        "The record names no reference standard (TT 24/2013 Art. 43).",
    ),
    "standard-unknown": (
        "Chuẩn {standard} không có trong sổ đăng ký.",
        "Standard {standard} is not in the register.",
    ),
    "standard-expired": (
        "Giấy chứng nhận của chuẩn {standard} có giá trị {since} – {until}, không gồm ngày {day}.",
        "The certificate of standard {standard} is valid {since} to {until}, which does not cover {day}.",
    ),
    "standard-type": (
        "Chuẩn {standard} không dùng cho loại {type}.",
        "Standard {standard} is not meant for type {type}.",
    ),
    "not-evaluable": (
        "Không đánh giá được số liệu ({field}: {detail}).",
        "The readings cannot be evaluated ({field}: {detail}).",
    ),
    "procedure-unknown": (
        "Không có quy trình kiểm định như bản ghi nêu ({detail}).",
        "There is no such procedure as the record names ({detail}).",
    ),
    "evaluation-differs": (
        "Số liệu được đánh giá theo {what} khác với bản ghi. Hỏi kiểm định viên.",
        "The readings were evaluated for another {what} than the record says. Ask the inspector.",
    ),
    "characteristics-differ": (
        "Đặc trưng {names} khác với sổ đăng ký. Sửa sổ đăng ký hoặc kiểm định lại.",
        "The characteristics {names} differ from the register. Correct the register or verify again.",
    ),
    "verdict-differs": (
        "Máy tính bảng kết luận {tablet_verdict}, máy chủ kết luận {verdict}. Kết luận của máy chủ có hiệu lực.",
        "The tablet's verdict is {tablet_verdict}, the server's {verdict}. The server's counts.",
    ),
    "date-future": (
        "Thời điểm kiểm định {day} nằm sau thời điểm nhận bản ghi. Kiểm tra đồng hồ máy tính bảng.",
        "The verification is dated {day}, after it was received. Check the tablet's clock.",
    ),
    "day-differs": (
        "Số liệu được đánh giá cho ngày {told}, kiểm định diễn ra ngày {day}.",
        "The readings were evaluated for {told}, the verification took place on {day}.",
    ),
    "visit-unplanned": (
        "Kiểm định không theo lịch hẹn. Xác nhận lý do với kiểm định viên.",
        "A verification without a planned visit. Ask the inspector for the reason.",
    ),
    "visit-unknown": (
        "Không có lịch hẹn {visit}. Kết quả vẫn được ghi nhận.",
        "There is no visit {visit}. The work is credited all the same.",
    ),
    "visit-cancelled": (
        "Lịch hẹn {visit} đã bị hủy trước khi đồng bộ. Kết quả vẫn được ghi nhận.",
        "Visit {visit} was cancelled before the tablet synchronised. The work is credited all the same.",
    ),
    "visit-cancelled-reported": (
        "Lịch hẹn {visit} đã bị hủy nhưng kiểm định viên có báo cáo. Kết quả vẫn được ghi nhận; lập lịch lại phần còn lại.",
        "Visit {visit} was cancelled, yet its inspector reports on it. The work is credited; plan what is left anew.",
    ),
    "visit-closed": (
        "Cuộc kiểm định {visit}: không có ai ở cơ sở ({because}). Liên hệ cơ sở rồi lập lại lịch.",
        "Visit {visit}: nobody was there ({because}). Get in touch and plan another one.",
    ),
    "visit-refused": (
        "Cuộc kiểm định {visit}: cơ sở không cho kiểm định ({because}). Làm việc với cơ sở; kiểm định là bắt buộc.",
        "Visit {visit}: the enterprise did not let the inspector in ({because}). Speak to it: verification is compulsory.",
    ),
    "visit-other-inspector": (
        "Lịch hẹn {visit} đã giao cho kiểm định viên khác. Kết quả vẫn được ghi nhận.",
        "Visit {visit} belongs to another inspector. The work is credited all the same.",
    ),
    "visit-other-instrument": (
        "Phương tiện đo không thuộc lịch hẹn {visit}. Kết quả vẫn được ghi nhận.",
        "The instrument is not part of visit {visit}. The work is credited all the same.",
    ),
    "verified-twice": (
        "Phương tiện đo được kiểm định hai lần trong lịch hẹn {visit}. Cả hai được giữ; hãy quyết định.",
        "The instrument was verified twice on visit {visit}. Both are kept; decide which counts.",
    ),
    "record-corrected": (
        "Bản ghi {corrected} được đính chính: {because}. Cả hai được giữ; hãy quyết định bản nào có hiệu lực.",
        "Record {corrected} was corrected: {because}. Both are kept; decide which is in force.",
    ),
    "correction-unknown": (
        "Bản đính chính nói về bản ghi {corrected} chưa có ở đây. Yêu cầu đồng bộ lại máy đã ghi nó.",
        "A correction speaks of record {corrected}, which is not here. Have its tablet synchronised.",
    ),
    "correction-other-instrument": (
        "Bản đính chính của bản ghi {corrected} nói về phương tiện đo khác. Hỏi kiểm định viên.",
        "A correction of record {corrected} is about another instrument. Ask the inspector.",
    ),
    "signature-missing": (
        "Biên bản thiếu chữ ký ({role}) và không ghi lý do từ chối ký. Hỏi kiểm định viên.",
        "The record lacks the signature of the {role} and no refusal to sign is noted. Ask the inspector.",
    ),
    "status-differs": (
        "Hiện trạng khác với biên bản lần trước: {differences}. Tìm hiểu ai đã can thiệp vào phương tiện đo.",
        "The state differs from the last status record: {differences}. Find out who was at the instrument.",
    ),
    "mismatch-noted": (
        "Kiểm định viên ghi nhận sai khác so với sổ đăng ký: {differences}. Xem ảnh, rồi sửa sổ đăng ký hoặc làm rõ.",
        "The inspector noted what is not as registered: {differences}. See the pictures; correct the register or ask.",
    ),
    "evidence-missing": (
        "Quy trình yêu cầu ảnh hoặc chữ ký ({purpose}) nhưng bản ghi không có. Yêu cầu ghi bổ sung.",
        "The procedure asks for evidence ({purpose}) and the record names none. Have the record corrected.",
    ),
    "not-relied-on": (
        "Đã xem xét: bản ghi này không được dùng làm căn cứ; không cấp giấy chứng nhận.",
        "It was looked at: this record is not relied on, and earns no certificate.",
    ),
    "evidence-pending": (
        "Còn {count} tệp đính kèm chưa nhận được; giấy chứng nhận được cấp khi nhận đủ.",
        "{count} attachments have not arrived yet; the certificate follows when they have.",
    ),
    "attachment-differs": (
        "Tệp đính kèm {claimed} đến với nội dung khác (mã băm {found}). Nội dung được giữ; kiểm tra máy tính bảng.",
        "Attachment {claimed} came with other bytes (hash {found}). They are kept; check the tablet.",
    ),
    "number-not-reserved": (
        "Máy tính bảng ghi số giấy chứng nhận {number} không nằm trong số đã giữ cho máy này. Đã cấp số kế tiếp; "
        "thu hồi tờ giấy mang số {number}.",
        "The tablet wrote certificate number {number}, which was not reserved for it. The next number was given; "
        "withdraw the paper with {number}.",
    ),
    "number-other-year": (
        "Số giấy chứng nhận {number} thuộc năm khác với ngày kiểm định. Đã cấp số kế tiếp; thu hồi tờ giấy mang số "
        "{number}.",
        "Certificate number {number} belongs to another year than the verification. The next number was given; "
        "withdraw the paper with {number}.",
    ),
    "number-taken": (
        "Số giấy chứng nhận {number} đã cấp cho giấy khác. Đã cấp số kế tiếp; thu hồi tờ giấy mang số {number}.",
        "Certificate number {number} belongs to another certificate. The next number was given; withdraw the paper "
        "with {number}.",
    ),
    "number-was-cancelled": (
        "Số giấy chứng nhận {number} đã hủy vì không dùng, nay có bản ghi cho thấy đã dùng. Số này được cấp.",
        "Certificate number {number} was cancelled as unused; a late record shows that it was used. It is issued.",
    ),
    "number-without-certificate": (
        "Máy tính bảng ghi số giấy chứng nhận {number} cho lần kiểm định không được cấp giấy. Thu hồi tờ giấy nếu đã "
        "giao.",
        "The tablet wrote certificate number {number} for a verification that earns no certificate. Withdraw the "
        "paper if it was handed out.",
    ),
    "seal-not-held": (
        "Niêm phong {seal} không nằm trong tay kiểm định viên vào ngày sử dụng. Đối chiếu sổ cấp phát.",
        "Seal {seal} was not in the inspector's hand on the day of its use. Check the ledger.",
    ),
    "seal-unknown": (
        "Niêm phong {seal} không thuộc lô nào đã nhận. Kiểm tra số hiệu.",
        "Seal {seal} belongs to no batch received. Check the number.",
    ),
    "seal-used-twice": (
        "Niêm phong {seal} được ghi ở hai nơi. Cả hai được giữ; tìm hiểu nơi nào đúng.",
        "Seal {seal} is recorded in two places. Both facts are kept; find out which is true.",
    ),
    "seal-elsewhere": (
        "Niêm phong {seal} được tháo khỏi phương tiện khác với nơi đã gắn.",
        "Seal {seal} was removed from another instrument than it was fitted to.",
    ),
    "seal-void-used": (
        "Niêm phong {seal} đã hỏng, đã tháo hoặc đã mất nhưng lại được gắn. Kiểm tra phương tiện đo.",
        "Seal {seal} was fitted after it had been voided, removed or lost. Look at the instrument.",
    ),
    "seal-lost-used": (
        "Niêm phong {seal} đã báo mất nhưng xuất hiện trên phương tiện đo. Kiểm tra tại hiện trường.",
        "Seal {seal} was reported lost and has turned up on an instrument. Check it on the spot.",
    ),
    "seal-destroyed-used": (
        "Niêm phong {seal} đã ghi là tiêu hủy nhưng xuất hiện trên phương tiện đo. Kiểm tra biên bản tiêu hủy.",
        "Seal {seal} was recorded as destroyed and has turned up on an instrument. Check the record of destruction.",
    ),
    "seal-moved-used": (
        "Niêm phong {seal} được ghi là giao hoặc trả lại sau khi đã sử dụng. Kiểm đếm lại số niêm phong đó.",
        "Seal {seal} was given away or returned after it had been used. Count those seals again.",
    ),
    "seal-unrecorded": (
        "Niêm phong {seal} được tháo khỏi phương tiện đo nhưng chưa có bản ghi nào nói đã gắn. Tìm bản ghi còn thiếu.",
        "Seal {seal} was removed from an instrument, and no record says that it was fitted. Find the missing record.",
    ),
    "seal-gap": (
        "Kiểm định viên {inspector} đã dùng {next} nhưng bỏ qua {first} – {last}. Hỏi các số đó ở đâu.",
        "Inspector {inspector} used {next} and skipped {first} to {last}. Ask where those are.",
    ),
    "seal-batches-overlap": (
        "Hai lô niêm phong {series} có số trùng nhau ({one} và {two}). Kiểm tra phiếu nhập kho.",
        "Two batches of seals {series} hold the same numbers ({one} and {two}). Check the delivery notes.",
    ),
    "seal-count-differs": (
        "Kết quả kiểm kê {stocktake} khác sổ ở {count} dải số. Xem và quyết định từng dải.",
        "Stocktake {stocktake} differs from the ledger in {count} ranges. Decide on each of them.",
    ),
}


def sentences(reason: str, words: dict[str, str]) -> tuple[str, str]:
    """The Vietnamese and the English sentence of a reason. Raises KeyError for a reason without sentences."""
    vietnamese, english = SENTENCES[reason]
    return vietnamese.format_map(words), english.format_map(words)
